/** Questions of the subject "geography". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Geography. Written for this project; see knowledgeBySubject. */
export const geography: readonly KnowledgeQuestion[] = [
  { question: "What is the capital of France?", choices: ["Paris", "Lyon", "Bordeaux", "Marseille"], answer: 0 },
  {
    question: "Which ocean is the largest?",
    choices: ["the Atlantic Ocean", "the Pacific Ocean", "the Indian Ocean", "the Arctic Ocean"],
    answer: 1,
  },
  { question: "On which continent does Kenya lie?", choices: ["Europe", "Asia", "South America", "Africa"], answer: 3 },
  {
    question: "Which mountain is the highest above sea level?",
    choices: ["Mont Blanc", "Mount Everest", "Mount Fuji", "Mount Kilimanjaro"],
    answer: 1,
  },
  {
    question: "Which river flows through London?",
    choices: ["the Seine", "the Rhine", "the Thames", "the Danube"],
    answer: 2,
  },
  { question: "Of which country is Tokyo the capital?", choices: ["Vietnam", "China", "Japan", "Thailand"], answer: 2 },
  {
    question: "Which desert covers much of northern Africa?",
    choices: ["the Mojave", "the Atacama", "the Sahara", "the Gobi"],
    answer: 2,
  },
  {
    question: "In which direction does the Sun set?",
    choices: ["in the east", "in the south", "in the west", "in the north"],
    answer: 2,
  },
  {
    question: "Which European country has the shape of a boot?",
    choices: ["Portugal", "Italy", "Norway", "Poland"],
    answer: 1,
  },
  {
    question: "What is the imaginary line halfway between the two poles called?",
    choices: ["the equator", "the prime meridian", "the date line", "the Arctic Circle"],
    answer: 0,
  },
  {
    question: "On which continent does the South Pole lie?",
    choices: ["Antarctica", "South America", "Australia", "Africa"],
    answer: 0,
  },
  {
    question: "Which country borders the United States in the north?",
    choices: ["Cuba", "Brazil", "Mexico", "Canada"],
    answer: 3,
  },
  {
    question: "On which continent does the river Amazon flow?",
    choices: ["Africa", "Asia", "North America", "South America"],
    answer: 3,
  },
];
