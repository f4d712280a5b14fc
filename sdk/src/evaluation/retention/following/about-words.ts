/** Prompts with one rule about words, letters, lengths or the way the answer begins and ends. */
import type { FollowingRow } from "./following-row.js";

/** Written for this project; see followingRows. */
export const aboutWords: readonly FollowingRow[] = [
  {
    prompt: "Describe a walk through a park. Use both of these words in your text: bench, pigeon.",
    instruction_id_list: ["keywords:existence"],
    kwargs: [{ keywords: ["bench", "pigeon"] }],
  },
  {
    prompt: "Say in two or three sentences what you like about breakfast. The words honey and window must both occur.",
    instruction_id_list: ["keywords:existence"],
    kwargs: [{ keywords: ["honey", "window"] }],
  },
  {
    prompt:
      "Write a short note to a neighbour about a lost cat. The word whiskers has to appear in it at least three times.",
    instruction_id_list: ["keywords:frequency"],
    kwargs: [{ keyword: "whiskers", frequency: 3, relation: "at least" }],
  },
  {
    prompt: "Write a little rhyme about rain in which the word drop occurs four times or more.",
    instruction_id_list: ["keywords:frequency"],
    kwargs: [{ keyword: "drop", frequency: 4, relation: "at least" }],
  },
  {
    prompt: "Tell a friend about your new bicycle. Use the word bicycle fewer than three times.",
    instruction_id_list: ["keywords:frequency"],
    kwargs: [{ keyword: "bicycle", frequency: 3, relation: "less than" }],
  },
  {
    prompt: "Describe the sea. Use neither the word blue nor the word water.",
    instruction_id_list: ["keywords:forbidden_words"],
    kwargs: [{ forbidden_words: ["blue", "water"] }],
  },
  {
    prompt: "Tell what snow feels like and do not say cold, white or winter.",
    instruction_id_list: ["keywords:forbidden_words"],
    kwargs: [{ forbidden_words: ["cold", "white", "winter"] }],
  },
  {
    prompt: "Explain how people clean their teeth. The words toothbrush and mouth are off limits.",
    instruction_id_list: ["keywords:forbidden_words"],
    kwargs: [{ forbidden_words: ["toothbrush", "mouth"] }],
  },
  {
    prompt: "Write one sentence about a zoo in which the letter z stands three times or more.",
    instruction_id_list: ["keywords:letter_frequency"],
    kwargs: [{ letter: "z", let_frequency: 3, let_relation: "at least" }],
  },
  {
    prompt: "Write a sentence about a kind king. The letter k must turn up in it at least five times.",
    instruction_id_list: ["keywords:letter_frequency"],
    kwargs: [{ letter: "k", let_frequency: 5, let_relation: "at least" }],
  },
  {
    prompt: "Write a short sentence about the moon. The letter o must occur in it fewer than six times.",
    instruction_id_list: ["keywords:letter_frequency"],
    kwargs: [{ letter: "o", let_frequency: 6, let_relation: "less than" }],
  },
  {
    prompt: "Praise a good cup of tea in fewer than 15 words.",
    instruction_id_list: ["length_constraints:number_words"],
    kwargs: [{ num_words: 15, relation: "less than" }],
  },
  {
    prompt: "Describe an apple to someone who has never seen one. Use at least 40 words.",
    instruction_id_list: ["length_constraints:number_words"],
    kwargs: [{ num_words: 40, relation: "at least" }],
  },
  {
    prompt: "What would you pack for a picnic? Keep your reply under 25 words.",
    instruction_id_list: ["length_constraints:number_words"],
    kwargs: [{ num_words: 25, relation: "less than" }],
  },
  {
    prompt: "Tell a very short story about a mouse and a clock. It needs 50 words or more.",
    instruction_id_list: ["length_constraints:number_words"],
    kwargs: [{ num_words: 50, relation: "at least" }],
  },
  {
    prompt: "Invite your cousin to dinner. Leave out all commas.",
    instruction_id_list: ["punctuation:no_comma"],
    kwargs: [{}],
  },
  {
    prompt: "Say what a painter needs for work, all in one sentence and without a single comma.",
    instruction_id_list: ["punctuation:no_comma"],
    kwargs: [{}],
  },
  {
    prompt: "Wish a colleague a pleasant holiday. Your message must close with exactly this sentence: See you soon.",
    instruction_id_list: ["startend:end_checker"],
    kwargs: [{ end_phrase: "See you soon." }],
  },
  {
    prompt: "Write two sentences about a quiet village. The second one must be exactly this: Then the bells rang.",
    instruction_id_list: ["startend:end_checker"],
    kwargs: [{ end_phrase: "Then the bells rang." }],
  },
  {
    prompt: "Recommend a game for a rainy day. Put your whole reply between double quotation marks.",
    instruction_id_list: ["startend:quotation"],
    kwargs: [{}],
  },
  {
    prompt:
      "What would a tired dog say if it could talk? Begin your reply with a double quotation mark and close it with another one.",
    instruction_id_list: ["startend:quotation"],
    kwargs: [{}],
  },
  {
    prompt:
      "Copy the next line without changing anything, and then answer it below.\nWhich season suits a garden party best?",
    instruction_id_list: ["combination:repeat_prompt"],
    kwargs: [{ prompt_to_repeat: "Which season suits a garden party best?" }],
  },
  {
    prompt:
      "Your reply must start with the following question, copied letter by letter; after it comes your answer.\nWhat makes a chair comfortable?",
    instruction_id_list: ["combination:repeat_prompt"],
    kwargs: [{ prompt_to_repeat: "What makes a chair comfortable?" }],
  },
];
