/** Questions of the subject "literature-and-art". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Literature, painting and music. Written for this project; see knowledgeBySubject. */
export const literatureAndArt: readonly KnowledgeQuestion[] = [
  {
    question: "Who wrote Romeo and Juliet?",
    choices: ["Mark Twain", "Jane Austen", "William Shakespeare", "Charles Dickens"],
    answer: 2,
  },
  {
    question: "Who painted the Mona Lisa?",
    choices: ["Vincent van Gogh", "Pablo Picasso", "Leonardo da Vinci", "Claude Monet"],
    answer: 2,
  },
  {
    question: "Who is the companion of the detective Sherlock Holmes?",
    choices: ["Robin Hood", "Doctor Watson", "Captain Ahab", "Oliver Twist"],
    answer: 1,
  },
  {
    question: "Who painted The Starry Night in 1889?",
    choices: ["Leonardo da Vinci", "Andy Warhol", "Salvador Dali", "Vincent van Gogh"],
    answer: 3,
  },
  {
    question: "Which instrument usually has 88 keys?",
    choices: ["the flute", "the piano", "the trumpet", "the violin"],
    answer: 1,
  },
  {
    question: "Who composed the symphony that ends with the Ode to Joy?",
    choices: ["Johann Sebastian Bach", "Ludwig van Beethoven", "Wolfgang Amadeus Mozart", "Antonio Vivaldi"],
    answer: 1,
  },
  {
    question: "What makes the nose of Pinocchio grow?",
    choices: ["eating sweets", "telling lies", "feeling cold", "falling asleep"],
    answer: 1,
  },
  {
    question: "Which colour comes from mixing blue and yellow paint?",
    choices: ["green", "orange", "purple", "pink"],
    answer: 0,
  },
  {
    question: "Which hero sails home for ten years in the Odyssey of Homer?",
    choices: ["Odysseus", "Hector", "Theseus", "Achilles"],
    answer: 0,
  },
  {
    question: "What is a Japanese poem of three short lines called?",
    choices: ["a sonnet", "a limerick", "a haiku", "a ballad"],
    answer: 2,
  },
  {
    question: "Who wrote Oliver Twist?",
    choices: ["Ernest Hemingway", "Jane Austen", "Leo Tolstoy", "Charles Dickens"],
    answer: 3,
  },
  {
    question: "Who makes statues out of stone?",
    choices: ["a conductor", "a composer", "a novelist", "a sculptor"],
    answer: 3,
  },
  {
    question: "Which of these is a string instrument?",
    choices: ["the cello", "the trumpet", "the clarinet", "the flute"],
    answer: 0,
  },
];
