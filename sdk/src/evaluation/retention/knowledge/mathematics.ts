/** Questions of the subject "mathematics". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Mathematics: arithmetic, geometry and measures. Written for this project; see knowledgeBySubject. */
export const mathematics: readonly KnowledgeQuestion[] = [
  { question: "What is 8 times 7?", choices: ["48", "56", "54", "63"], answer: 1 },
  { question: "What is 45 plus 38?", choices: ["87", "83", "73", "93"], answer: 1 },
  { question: "Which of these numbers is a prime number?", choices: ["17", "27", "15", "21"], answer: 0 },
  { question: "What is half of 90?", choices: ["55", "40", "45", "35"], answer: 2 },
  {
    question: "What is one quarter, written as a percentage?",
    choices: ["25 percent", "40 percent", "75 percent", "20 percent"],
    answer: 0,
  },
  { question: "How many sides does a hexagon have?", choices: ["six", "eight", "seven", "five"], answer: 0 },
  {
    question: "What do the three angles of a flat triangle add up to?",
    choices: ["120 degrees", "360 degrees", "270 degrees", "180 degrees"],
    answer: 3,
  },
  {
    question: "How many minutes are there in three hours?",
    choices: ["240 minutes", "180 minutes", "150 minutes", "120 minutes"],
    answer: 1,
  },
  {
    question: "How many grams are there in two kilograms?",
    choices: ["1000 grams", "2200 grams", "2000 grams", "1200 grams"],
    answer: 2,
  },
  {
    question: "A rectangle is 4 metres wide and 6 metres long. What is its area?",
    choices: ["24 square metres", "46 square metres", "10 square metres", "20 square metres"],
    answer: 0,
  },
  {
    question: "Three shirts cost 20 euros each. What do they cost together?",
    choices: ["50 euros", "40 euros", "23 euros", "60 euros"],
    answer: 3,
  },
  {
    question: "Which positive number gives 81 when it is multiplied by itself?",
    choices: ["7", "6", "8", "9"],
    answer: 3,
  },
  { question: "What is the average of 4, 6 and 11?", choices: ["6", "8", "7", "9"], answer: 2 },
];
