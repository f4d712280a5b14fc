/** Questions of the subject "physics". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Physics. Written for this project; see knowledgeBySubject. */
export const physics: readonly KnowledgeQuestion[] = [
  {
    question: "Which force pulls a dropped stone towards the ground?",
    choices: ["magnetism", "friction", "gravity", "buoyancy"],
    answer: 2,
  },
  {
    question: "Which of these moves the fastest?",
    choices: ["a sound wave", "a jet plane", "a ray of light", "a rifle bullet"],
    answer: 2,
  },
  {
    question: "Why do we see distant lightning before we hear its thunder?",
    choices: [
      "clouds swallow the first sound",
      "rain slows down the sound",
      "sound travels faster than light",
      "light travels faster than sound",
    ],
    answer: 3,
  },
  { question: "In which unit is electric current measured?", choices: ["watt", "ohm", "ampere", "volt"], answer: 2 },
  { question: "In which unit is force measured?", choices: ["kelvin", "newton", "watt", "joule"], answer: 1 },
  {
    question: "What happens to the length of an iron rod when it is warmed a little?",
    choices: ["it grows slightly", "it shrinks slightly", "it halves at once", "it stays the same"],
    answer: 0,
  },
  {
    question: "Which of these materials conducts electricity best?",
    choices: ["wood", "copper", "glass", "rubber"],
    answer: 1,
  },
  {
    question: "Which object splits white light into the colours of the rainbow?",
    choices: ["a prism", "a pendulum", "a magnet", "a battery"],
    answer: 0,
  },
  {
    question: "What does a thermometer measure?",
    choices: ["air pressure", "wind speed", "humidity", "temperature"],
    answer: 3,
  },
  {
    question: "Through which of these can sound not travel?",
    choices: ["warm air", "a vacuum", "still water", "solid steel"],
    answer: 1,
  },
  {
    question: "Which form of energy does a car have because it is moving?",
    choices: ["kinetic energy", "electrical energy", "nuclear energy", "chemical energy"],
    answer: 0,
  },
  {
    question: "Two magnets are held so that their north poles face each other. What do the magnets do?",
    choices: ["they attract each other", "they ignore each other", "they heat each other", "they repel each other"],
    answer: 3,
  },
  { question: "Which simple machine is a seesaw?", choices: ["a screw", "a lever", "a wedge", "a pulley"], answer: 1 },
];
