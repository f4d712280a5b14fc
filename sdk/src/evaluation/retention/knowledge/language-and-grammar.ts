/** Questions of the subject "language-and-grammar". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Language and grammar. Written for this project; see knowledgeBySubject. */
export const languageAndGrammar: readonly KnowledgeQuestion[] = [
  {
    question: "What is the plural of the word child?",
    choices: ["childs", "childes", "childrens", "children"],
    answer: 3,
  },
  { question: "Which word means the opposite of ancient?", choices: ["modern", "huge", "quiet", "old"], answer: 0 },
  { question: "Which of these words is a verb?", choices: ["believable", "believe", "believer", "belief"], answer: 1 },
  {
    question: "What is the past tense of the verb go, as in: Yesterday she ... home?",
    choices: ["goed", "gone", "goes", "went"],
    answer: 3,
  },
  {
    question: "Which word is the adjective in the sentence: The small dog barked loudly?",
    choices: ["small", "loudly", "barked", "dog"],
    answer: 0,
  },
  { question: "Which word means nearly the same as happy?", choices: ["glad", "sad", "angry", "tired"], answer: 0 },
  {
    question: "Which mark stands at the end of a question?",
    choices: ["a semicolon", "a hyphen", "a question mark", "an apostrophe"],
    answer: 2,
  },
  {
    question: "Which of these spellings is correct?",
    choices: ["neccessary", "necessary", "necesary", "neccesary"],
    answer: 1,
  },
  { question: "How many letters does the English alphabet have?", choices: ["26", "30", "24", "22"], answer: 0 },
  {
    question: "Which language do most people in Brazil speak?",
    choices: ["Spanish", "French", "Portuguese", "Italian"],
    answer: 2,
  },
  { question: "Which word rhymes with light?", choices: ["list", "night", "late", "lift"], answer: 1 },
  {
    question: "Which word completes the sentence: Every day she ... to school?",
    choices: ["walken", "walking", "walk", "walks"],
    answer: 3,
  },
  {
    question: "What is a word called that names a person, a place or a thing?",
    choices: ["an adverb", "a preposition", "a noun", "a verb"],
    answer: 2,
  },
];
