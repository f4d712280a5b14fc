/** Questions of the subject "biology". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Biology: plants, animals and cells. Written for this project; see knowledgeBySubject. */
export const biology: readonly KnowledgeQuestion[] = [
  {
    question: "Which gas do plants take from the air to make sugar?",
    choices: ["carbon dioxide", "hydrogen", "helium", "carbon monoxide"],
    answer: 0,
  },
  {
    question: "Which of these animals is a mammal?",
    choices: ["the penguin", "the dolphin", "the crocodile", "the shark"],
    answer: 1,
  },
  { question: "How many legs does a spider have?", choices: ["eight", "ten", "twelve", "six"], answer: 0 },
  {
    question: "What do honeybees collect from flowers to make honey?",
    choices: ["resin", "starch", "moss", "nectar"],
    answer: 3,
  },
  {
    question: "What is a young frog called while it still has a tail and lives in water?",
    choices: ["a tadpole", "a maggot", "a duckling", "a caterpillar"],
    answer: 0,
  },
  {
    question: "Through which part does a tree take up most of its water?",
    choices: ["the flowers", "the bark", "the roots", "the fruit"],
    answer: 2,
  },
  {
    question: "Which green substance in leaves captures sunlight?",
    choices: ["keratin", "insulin", "chlorophyll", "haemoglobin"],
    answer: 2,
  },
  {
    question: "Which of these animals lives mainly on plants?",
    choices: ["the shark", "the eagle", "the cow", "the wolf"],
    answer: 2,
  },
  {
    question: "Which part of an animal cell holds most of its DNA?",
    choices: ["the ribosome", "the nucleus", "the cytoplasm", "the membrane"],
    answer: 1,
  },
  {
    question: "Which of these birds is unable to fly?",
    choices: ["the swallow", "the ostrich", "the eagle", "the sparrow"],
    answer: 1,
  },
  {
    question: "Who is famous for the theory of evolution by natural selection?",
    choices: ["Isaac Newton", "Alexander Bell", "Marie Curie", "Charles Darwin"],
    answer: 3,
  },
  {
    question: "With which part of the body do most fish take oxygen from water?",
    choices: ["the tail", "the scales", "the fins", "the gills"],
    answer: 3,
  },
  {
    question: "Which of these animals is a reptile?",
    choices: ["the salmon", "the frog", "the bat", "the tortoise"],
    answer: 3,
  },
];
