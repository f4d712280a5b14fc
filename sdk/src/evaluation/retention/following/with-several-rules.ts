/** Prompts with two or three rules at once. */
import type { FollowingRow } from "./following-row.js";

/** Written for this project; see followingRows. */
export const withSeveralRules: readonly FollowingRow[] = [
  {
    prompt: "Describe a rainbow in fewer than 30 words and use no commas.",
    instruction_id_list: ["length_constraints:number_words", "punctuation:no_comma"],
    kwargs: [{ num_words: 30, relation: "less than" }, {}],
  },
  {
    prompt:
      "Write a list of exactly three garden tools, each on a line that starts with a hyphen. The word shovel must be among them.",
    instruction_id_list: ["detectable_format:number_bullet_lists", "keywords:existence"],
    kwargs: [{ num_bullets: 3 }, { keywords: ["shovel"] }],
  },
  {
    prompt: "Write a poem of four lines about a river and set its title between << and >>. Do not use the word water.",
    instruction_id_list: ["detectable_format:title", "keywords:forbidden_words"],
    kwargs: [{}, { forbidden_words: ["water"] }],
  },
  {
    prompt: "Thank a teacher in 30 words or more. The note must end with this sentence: You made the difference.",
    instruction_id_list: ["length_constraints:number_words", "startend:end_checker"],
    kwargs: [{ num_words: 30, relation: "at least" }, { end_phrase: "You made the difference." }],
  },
  {
    prompt: "Why do people like music? Put the whole answer in double quotation marks and keep it below 20 words.",
    instruction_id_list: ["startend:quotation", "length_constraints:number_words"],
    kwargs: [{}, { num_words: 20, relation: "less than" }],
  },
  {
    prompt:
      "Write a short letter to your future self. Below it goes a postscript, which starts with P.S.; somewhere leave at least one blank in square brackets, such as [year].",
    instruction_id_list: ["detectable_content:postscript", "detectable_content:number_placeholders"],
    kwargs: [{ postscript_marker: "P.S." }, { num_placeholders: 1 }],
  },
  {
    prompt:
      "Give two different toasts for a wedding, with a line of six stars (******) between them. Neither of them may contain a comma.",
    instruction_id_list: ["combination:two_responses", "punctuation:no_comma"],
    kwargs: [{}, {}],
  },
  {
    prompt: "Write two paragraphs about friendship with *** between them. The word trust must occur two times or more.",
    instruction_id_list: ["length_constraints:number_paragraphs", "keywords:frequency"],
    kwargs: [{ num_paragraphs: 2 }, { keyword: "trust", frequency: 2, relation: "at least" }],
  },
  {
    prompt:
      "Tell how to wash a car in two sections with the headings Section 1 and Section 2. Both the word sponge and the word bucket must be there.",
    instruction_id_list: ["detectable_format:multiple_sections", "keywords:existence"],
    kwargs: [{ section_spliter: "Section", num_sections: 2 }, { keywords: ["sponge", "bucket"] }],
  },
  {
    prompt:
      "Repeat the question below exactly, then answer it. Your whole reply must stay under 40 words.\nWhy do cats sleep so much?",
    instruction_id_list: ["combination:repeat_prompt", "length_constraints:number_words"],
    kwargs: [{ prompt_to_repeat: "Why do cats sleep so much?" }, { num_words: 40, relation: "less than" }],
  },
  {
    prompt:
      "Describe a forest at night. Put stars around at least two words, like *owl*, and avoid the words dark and black.",
    instruction_id_list: ["detectable_format:number_highlighted_sections", "keywords:forbidden_words"],
    kwargs: [{ num_highlights: 2 }, { forbidden_words: ["dark", "black"] }],
  },
  {
    prompt:
      "Describe a camping tent as a JSON object and send nothing but the JSON. The word lantern has to be somewhere in it.",
    instruction_id_list: ["detectable_format:json_format", "keywords:existence"],
    kwargs: [{}, { keywords: ["lantern"] }],
  },
  {
    prompt:
      "Write two paragraphs about a train ride, with an empty line between them. The second starts with the word Suddenly. Use no comma anywhere.",
    instruction_id_list: ["length_constraints:nth_paragraph_first_word", "punctuation:no_comma"],
    kwargs: [{ num_paragraphs: 2, nth_paragraph: 2, first_word: "Suddenly" }, {}],
  },
  {
    prompt:
      "What can one do on a Sunday? Write a title between << and >> and below it exactly four bullet points, each of which begins with a hyphen.",
    instruction_id_list: ["detectable_format:title", "detectable_format:number_bullet_lists"],
    kwargs: [{}, { num_bullets: 4 }],
  },
  {
    prompt:
      "Write a good-night message that contains the letter g six times or more and ends with these two words and the full stop: Sleep well.",
    instruction_id_list: ["keywords:letter_frequency", "startend:end_checker"],
    kwargs: [{ letter: "g", let_frequency: 6, let_relation: "at least" }, { end_phrase: "Sleep well." }],
  },
  {
    prompt:
      "Describe a bakery in at least 35 words. The word bread must occur three times or more, and the word smell must not occur at all.",
    instruction_id_list: ["length_constraints:number_words", "keywords:frequency", "keywords:forbidden_words"],
    kwargs: [
      { num_words: 35, relation: "at least" },
      { keyword: "bread", frequency: 3, relation: "at least" },
      { forbidden_words: ["smell"] },
    ],
  },
  {
    prompt:
      "Invite the whole street to a party. Your note needs a title between << and >>, at least two blanks in square brackets like [time], and a postscript that begins with P.S.",
    instruction_id_list: [
      "detectable_format:title",
      "detectable_content:number_placeholders",
      "detectable_content:postscript",
    ],
    kwargs: [{}, { num_placeholders: 2 }, { postscript_marker: "P.S." }],
  },
  {
    prompt:
      "What does a snail think about all day? Reply in double quotation marks, without commas, and with fewer than 25 words.",
    instruction_id_list: ["startend:quotation", "punctuation:no_comma", "length_constraints:number_words"],
    kwargs: [{}, {}, { num_words: 25, relation: "less than" }],
  },
  {
    prompt:
      "Name three colours as exactly three bullet points that start with a hyphen. Put at least one colour between single stars, like *pink*, and end with this sentence: That is all.",
    instruction_id_list: [
      "detectable_format:number_bullet_lists",
      "detectable_format:number_highlighted_sections",
      "startend:end_checker",
    ],
    kwargs: [{ num_bullets: 3 }, { num_highlights: 1 }, { end_phrase: "That is all." }],
  },
  {
    prompt: "Write two different riddles about an egg, with ****** between them. The word shell is allowed in neither.",
    instruction_id_list: ["combination:two_responses", "keywords:forbidden_words"],
    kwargs: [{}, { forbidden_words: ["shell"] }],
  },
  {
    prompt: "Tell of a sailor in three paragraphs that are divided by *** twice. Use fewer than 60 words altogether.",
    instruction_id_list: ["length_constraints:number_paragraphs", "length_constraints:number_words"],
    kwargs: [{ num_paragraphs: 3 }, { num_words: 60, relation: "less than" }],
  },
  {
    prompt: "Write a single sentence of at least 12 words in which the letter e occurs fewer than six times.",
    instruction_id_list: ["length_constraints:number_words", "keywords:letter_frequency"],
    kwargs: [
      { num_words: 12, relation: "at least" },
      { letter: "e", let_frequency: 6, let_relation: "less than" },
    ],
  },
  {
    prompt:
      "Is a triangle a shape? If you think that it is not, reply with 'My answer is no.' Otherwise reply with 'My answer is yes.' Then add a reason in which the word corner occurs.",
    instruction_id_list: ["detectable_format:constrained_response", "keywords:existence"],
    kwargs: [{}, { keywords: ["corner"] }],
  },
];
