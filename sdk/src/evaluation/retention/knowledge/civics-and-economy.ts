/** Questions of the subject "civics-and-economy". */
import type { KnowledgeQuestion } from "./knowledge-question.js";

/** Civics and economy. Written for this project; see knowledgeBySubject. */
export const civicsAndEconomy: readonly KnowledgeQuestion[] = [
  {
    question: "What is it called when citizens choose their leaders by voting?",
    choices: ["an invasion", "an auction", "an election", "an audition"],
    answer: 2,
  },
  {
    question: "What is a tax?",
    choices: ["money paid to the state", "money won in a lottery", "money saved in a bank", "money lent to a friend"],
    answer: 0,
  },
  {
    question: "What is a general rise of prices over time called?",
    choices: ["deflation", "taxation", "inflation", "automation"],
    answer: 2,
  },
  {
    question: "What is a country called whose head is a king or a queen?",
    choices: ["a township", "a monarchy", "a republic", "a province"],
    answer: 1,
  },
  {
    question: "Who presides over a trial in court?",
    choices: ["a witness", "a reporter", "a guard", "a judge"],
    answer: 3,
  },
  {
    question: "What does a borrower usually pay a bank for a loan?",
    choices: ["postage", "interest", "wages", "customs"],
    answer: 1,
  },
  {
    question:
      "More people want to buy apples, but there are no more apples than before. What usually happens to the price of apples?",
    choices: ["it rises", "it becomes zero", "it falls", "it stays the same"],
    answer: 0,
  },
  {
    question: "What are goods called that a country buys from abroad?",
    choices: ["imports", "exports", "deposits", "souvenirs"],
    answer: 0,
  },
  {
    question: "Which money did France use before the euro?",
    choices: ["the yen", "the peso", "the franc", "the ruble"],
    answer: 2,
  },
  {
    question: "Which body usually makes the laws of a democracy?",
    choices: ["the police", "the army", "the press", "the parliament"],
    answer: 3,
  },
  {
    question: "What is a household budget?",
    choices: [
      "a book of meals and recipes",
      "a map of rooms and doors",
      "a list of names and birthdays",
      "a plan for income and spending",
    ],
    answer: 3,
  },
  {
    question: "Where are shares of companies bought and sold?",
    choices: ["at a post office", "on a stock exchange", "in a town library", "in a law court"],
    answer: 1,
  },
  {
    question: "What is the regular pay for someone's work called?",
    choices: ["fines", "debts", "taxes", "wages"],
    answer: 3,
  },
];
