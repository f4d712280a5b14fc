/** Questions of the subject "earth-and-space". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** The Earth, the weather and space. Written for this project; see knowledgeBySubject. */
export const earthAndSpace: readonly KnowledgeQuestion[] = [
  { question: "Which planet is the nearest to the Sun?", choices: ["Mars", "Jupiter", "Venus", "Mercury"], answer: 3 },
  {
    question: "How long does the Earth take to go around the Sun once?",
    choices: ["a month", "a week", "a year", "a day"],
    answer: 2,
  },
  { question: "Which star is the nearest to the Earth?", choices: ["the Sun", "Vega", "Sirius", "Polaris"], answer: 0 },
  {
    question: "Which of these planets is known for its wide, bright rings?",
    choices: ["Mars", "Mercury", "Venus", "Saturn"],
    answer: 3,
  },
  {
    question: "Why do day and night follow each other on the Earth?",
    choices: [
      "the Moon covers the Sun",
      "the Sun dims every evening",
      "the Earth turns on its axis",
      "the Sun circles the Earth",
    ],
    answer: 2,
  },
  {
    question: "What is the molten rock called that flows out of a volcano?",
    choices: ["marble", "granite", "lava", "chalk"],
    answer: 2,
  },
  {
    question: "Which instrument records earthquakes?",
    choices: ["a telescope", "a barometer", "a microscope", "a seismograph"],
    answer: 3,
  },
  {
    question: "What is the layer of air around the Earth called?",
    choices: ["the atmosphere", "the crust", "the mantle", "the core"],
    answer: 0,
  },
  {
    question: "Which gas high above us takes up much of the Sun's ultraviolet light?",
    choices: ["ozone", "neon", "helium", "methane"],
    answer: 0,
  },
  {
    question: "Why does the Moon shine at night?",
    choices: ["it stores starlight", "it reflects sunlight", "it glows with heat", "it burns its own gas"],
    answer: 1,
  },
  {
    question: "What covers most of the surface of the Earth?",
    choices: ["forest", "water", "desert", "farmland"],
    answer: 1,
  },
  {
    question: "What are the remains of ancient living things in rock called?",
    choices: ["pebbles", "fossils", "minerals", "crystals"],
    answer: 1,
  },
  {
    question: "Who was the first person to walk on the Moon?",
    choices: ["Yuri Gagarin", "Neil Armstrong", "John Glenn", "Buzz Aldrin"],
    answer: 1,
  },
];
