/** Questions of the subject "history". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** History. Written for this project; see knowledgeBySubject. */
export const history: readonly KnowledgeQuestion[] = [
  {
    question: "Who was the first president of the United States?",
    choices: ["Franklin Roosevelt", "George Washington", "Abraham Lincoln", "John Kennedy"],
    answer: 1,
  },
  { question: "In which year did the Second World War end?", choices: ["1918", "1939", "1945", "1963"], answer: 2 },
  {
    question: "Which ancient people built the pyramids of Giza?",
    choices: ["the Vikings", "the Greeks", "the Egyptians", "the Romans"],
    answer: 2,
  },
  {
    question: "Which empire built the Colosseum?",
    choices: ["the Roman Empire", "the Mongol Empire", "the British Empire", "the Ottoman Empire"],
    answer: 0,
  },
  {
    question: "In which year did Columbus first cross the Atlantic?",
    choices: ["1492", "1776", "1815", "1066"],
    answer: 0,
  },
  {
    question: "Which wall was opened in November 1989?",
    choices: ["the Great Wall of China", "the Western Wall", "Hadrian's Wall", "the Berlin Wall"],
    answer: 3,
  },
  {
    question: "Who printed the Bible with movable type in Europe in the 1450s?",
    choices: ["Napoleon Bonaparte", "Johannes Gutenberg", "Charles Darwin", "Isaac Newton"],
    answer: 1,
  },
  {
    question: "In which country did the Industrial Revolution begin?",
    choices: ["Great Britain", "Russia", "Greece", "Spain"],
    answer: 0,
  },
  {
    question: "Which country did Napoleon Bonaparte rule as emperor?",
    choices: ["Sweden", "England", "Russia", "France"],
    answer: 3,
  },
  {
    question: "Which ship hit an iceberg and sank in 1912?",
    choices: ["the Santa Maria", "the Bismarck", "the Titanic", "the Mayflower"],
    answer: 2,
  },
  {
    question: "Who led the peaceful struggle for the independence of India?",
    choices: ["Winston Churchill", "Nelson Mandela", "Mao Zedong", "Mahatma Gandhi"],
    answer: 3,
  },
  { question: "Where did the Vikings come from?", choices: ["Persia", "Scandinavia", "Egypt", "Sicily"], answer: 1 },
  {
    question: "What was the Black Death of the fourteenth century?",
    choices: ["a war", "a famine", "a flood", "a disease"],
    answer: 3,
  },
];
