/** Questions of the subject "technology-and-computing". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Everyday technology and computing. Written for this project; see knowledgeBySubject. */
export const technologyAndComputing: readonly KnowledgeQuestion[] = [
  {
    question: "What does CPU stand for?",
    choices: ["computer program utility", "central printing unit", "common power unit", "central processing unit"],
    answer: 3,
  },
  { question: "How many bits are there in one byte?", choices: ["five", "eight", "twelve", "two"], answer: 1 },
  {
    question: "Which two digits does the binary system use?",
    choices: ["5 and 10", "0 and 9", "0 and 1", "1 and 2"],
    answer: 2,
  },
  {
    question: "Which device moves the pointer on the screen of a desktop computer?",
    choices: ["the scanner", "the printer", "the mouse", "the speaker"],
    answer: 2,
  },
  {
    question: "With which kind of program do people visit websites?",
    choices: ["a browser", "a calculator", "a compiler", "a spreadsheet"],
    answer: 0,
  },
  {
    question: "Which of these is a programming language?",
    choices: ["Python", "Wikipedia", "Firefox", "Bluetooth"],
    answer: 0,
  },
  {
    question: "Which part of a mobile phone stores its electrical energy?",
    choices: ["the antenna", "the battery", "the microphone", "the screen"],
    answer: 1,
  },
  {
    question: "What does a firewall do for a computer?",
    choices: [
      "it blocks unwanted connections",
      "it cools the processor",
      "it copies files to a disk",
      "it makes the screen brighter",
    ],
    answer: 0,
  },
  {
    question: "What do solar panels on a roof make out of sunlight?",
    choices: ["plastic", "petrol", "oxygen", "electricity"],
    answer: 3,
  },
  {
    question: "What do people use a microscope for?",
    choices: ["hearing faint sounds", "measuring wind speed", "seeing tiny things", "weighing heavy loads"],
    answer: 2,
  },
  {
    question: "Which of these is the largest amount of data?",
    choices: ["one byte", "one megabyte", "one kilobyte", "one gigabyte"],
    answer: 3,
  },
  {
    question: "Which machine did James Watt improve?",
    choices: ["the light bulb", "the steam engine", "the camera", "the telephone"],
    answer: 1,
  },
  {
    question: "What does a GPS receiver work out?",
    choices: ["its weight", "its owner", "its position", "its temperature"],
    answer: 2,
  },
];
