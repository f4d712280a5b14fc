/** Questions of the subject "human-body". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** The human body. Written for this project; see knowledgeBySubject. */
export const humanBody: readonly KnowledgeQuestion[] = [
  {
    question: "Which organ pumps blood through the body?",
    choices: ["the lungs", "the stomach", "the heart", "the liver"],
    answer: 2,
  },
  {
    question: "Which cells carry oxygen in the blood?",
    choices: ["white blood cells", "nerve cells", "red blood cells", "muscle cells"],
    answer: 2,
  },
  {
    question: "Which organ covers the outside of the whole body?",
    choices: ["the skin", "the pancreas", "the liver", "the spleen"],
    answer: 0,
  },
  { question: "How many chambers does the human heart have?", choices: ["six", "four", "three", "two"], answer: 1 },
  {
    question: "Which vitamin does the skin make in sunlight?",
    choices: ["vitamin C", "vitamin K", "vitamin E", "vitamin D"],
    answer: 3,
  },
  {
    question: "Which bones protect the brain?",
    choices: ["the pelvis", "the skull", "the ribs", "the spine"],
    answer: 1,
  },
  {
    question: "Which organ mixes swallowed food with strong acid?",
    choices: ["the stomach", "the bladder", "the heart", "the spleen"],
    answer: 0,
  },
  {
    question: "Which joint lies between the thigh and the lower leg?",
    choices: ["the knee", "the wrist", "the hip", "the elbow"],
    answer: 0,
  },
  {
    question: "Which organs filter the blood and make urine?",
    choices: ["the lungs", "the kidneys", "the eyes", "the tonsils"],
    answer: 1,
  },
  {
    question: "What is the normal temperature of the human body?",
    choices: [
      "about 47 degrees Celsius",
      "about 27 degrees Celsius",
      "about 37 degrees Celsius",
      "about 57 degrees Celsius",
    ],
    answer: 2,
  },
  {
    question: "How many teeth does a full adult set have, wisdom teeth included?",
    choices: ["40", "20", "24", "32"],
    answer: 3,
  },
  {
    question: "What is the coloured ring in the eye called?",
    choices: ["the lens", "the retina", "the cornea", "the iris"],
    answer: 3,
  },
  {
    question: "Which hormone lowers the sugar in the blood?",
    choices: ["insulin", "melatonin", "testosterone", "adrenaline"],
    answer: 0,
  },
];
