/** Questions of the subject "chemistry". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Chemistry. Written for this project; see knowledgeBySubject. */
export const chemistry: readonly KnowledgeQuestion[] = [
  { question: "What is the chemical formula of water?", choices: ["NH3", "H2O", "CO2", "CH4"], answer: 1 },
  { question: "What is the chemical symbol of gold?", choices: ["Au", "Ag", "Fe", "Pb"], answer: 0 },
  {
    question: "Which gas makes up most of the air around us?",
    choices: ["helium", "oxygen", "hydrogen", "nitrogen"],
    answer: 3,
  },
  {
    question: "Which two elements is table salt made of?",
    choices: ["calcium and carbon", "potassium and sulfur", "sodium and chlorine", "iron and oxygen"],
    answer: 2,
  },
  {
    question: "Which part of an atom carries a negative charge?",
    choices: ["the electron", "the neutron", "the nucleus", "the proton"],
    answer: 0,
  },
  {
    question: "Which of these liquids is the most acidic?",
    choices: ["sea water", "soapy water", "tap water", "lemon juice"],
    answer: 3,
  },
  {
    question: "At which temperature does pure water boil at sea level?",
    choices: ["60 degrees Celsius", "80 degrees Celsius", "150 degrees Celsius", "100 degrees Celsius"],
    answer: 3,
  },
  {
    question: "What is it called when a puddle of water slowly turns into vapour?",
    choices: ["evaporation", "crystallisation", "condensation", "filtration"],
    answer: 0,
  },
  {
    question: "Which element is a pure diamond made of?",
    choices: ["sodium", "silicon", "carbon", "calcium"],
    answer: 2,
  },
  {
    question: "What is the pH of pure water at room temperature?",
    choices: ["about 1", "about 7", "about 12", "about 4"],
    answer: 1,
  },
  {
    question: "Which of these metals is liquid at room temperature?",
    choices: ["iron", "mercury", "aluminium", "copper"],
    answer: 1,
  },
  {
    question: "What forms on iron that is left outside in damp air?",
    choices: ["glass", "chalk", "rust", "soot"],
    answer: 2,
  },
  { question: "Which of these dissolves well in water?", choices: ["wax", "chalk", "sugar", "sand"], answer: 2 },
];
