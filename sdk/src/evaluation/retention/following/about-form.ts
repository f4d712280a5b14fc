/** Prompts with one rule about the form of the answer: lists, titles, sections, JSON. */
import type { FollowingRow } from "./following-row.js";

/** Written for this project; see followingRows. */
export const aboutForm: readonly FollowingRow[] = [
  {
    prompt:
      "Name things found in a kitchen as a list of exactly four bullet points. Start every point with a star and a space, like this: * fork",
    instruction_id_list: ["detectable_format:number_bullet_lists"],
    kwargs: [{ num_bullets: 4 }],
  },
  {
    prompt:
      "Give three reasons to go to bed early. Write them as exactly three bullet points that begin with a hyphen.",
    instruction_id_list: ["detectable_format:number_bullet_lists"],
    kwargs: [{ num_bullets: 3 }],
  },
  {
    prompt:
      "What belongs in a school bag? Answer with five bullet points, no more and no fewer, each on its own line and with a hyphen in front.",
    instruction_id_list: ["detectable_format:number_bullet_lists"],
    kwargs: [{ num_bullets: 5 }],
  },
  {
    prompt:
      "Write a three-line poem about a candle. Above it stands a title between << and >>, for example <<Evening>>.",
    instruction_id_list: ["detectable_format:title"],
    kwargs: [{}],
  },
  {
    prompt:
      "Write the first line of a tale about a dragon. It needs a title, and the title must be set between << and >>.",
    instruction_id_list: ["detectable_format:title"],
    kwargs: [{}],
  },
  {
    prompt: "Describe a table lamp as a JSON object with the keys colour and height. Send only the JSON.",
    instruction_id_list: ["detectable_format:json_format"],
    kwargs: [{}],
  },
  {
    prompt: "Put these facts into JSON and write nothing else: the cat is called Milo and is four years old.",
    instruction_id_list: ["detectable_format:json_format"],
    kwargs: [{}],
  },
  {
    prompt: "Reply with a JSON list of three fruits and nothing besides.",
    instruction_id_list: ["detectable_format:json_format"],
    kwargs: [{}],
  },
  {
    prompt:
      "Write a birthday card with gaps that the sender fills in. Mark at least two gaps by square brackets, for instance [name].",
    instruction_id_list: ["detectable_content:number_placeholders"],
    kwargs: [{ num_placeholders: 2 }],
  },
  {
    prompt:
      "Draft a short note to a landlord about a broken window. It should hold no fewer than three blanks in square brackets, such as [date].",
    instruction_id_list: ["detectable_content:number_placeholders"],
    kwargs: [{ num_placeholders: 3 }],
  },
  {
    prompt: "Write a reminder for a trip and stress two or more parts of it by putting *single stars* around them.",
    instruction_id_list: ["detectable_format:number_highlighted_sections"],
    kwargs: [{ num_highlights: 2 }],
  },
  {
    prompt: "Explain how to water a plant. At least three important words need stars around them, like *this*.",
    instruction_id_list: ["detectable_format:number_highlighted_sections"],
    kwargs: [{ num_highlights: 3 }],
  },
  {
    prompt: "Tell how to make toast in two parts. Put the heading Part 1 over the first and Part 2 over the second.",
    instruction_id_list: ["detectable_format:multiple_sections"],
    kwargs: [{ section_spliter: "Part", num_sections: 2 }],
  },
  {
    prompt: "Describe a day at the beach in three scenes with the headings Scene 1, Scene 2 and Scene 3.",
    instruction_id_list: ["detectable_format:multiple_sections"],
    kwargs: [{ section_spliter: "Scene", num_sections: 3 }],
  },
  {
    prompt: "Write to an aunt and thank her for a scarf. After the letter comes a postscript that begins with P.S.",
    instruction_id_list: ["detectable_content:postscript"],
    kwargs: [{ postscript_marker: "P.S." }],
  },
  {
    prompt: "Leave a note for a flatmate about the dishes. Close it with an afterthought that begins with P.S.",
    instruction_id_list: ["detectable_content:postscript"],
    kwargs: [{ postscript_marker: "P.S." }],
  },
  {
    prompt: "Write a postcard from the mountains. Add a second postscript to it, marked P.P.S",
    instruction_id_list: ["detectable_content:postscript"],
    kwargs: [{ postscript_marker: "P.P.S" }],
  },
  {
    prompt: "Give two different greetings for a guest. Between them put six stars, like this: ******",
    instruction_id_list: ["combination:two_responses"],
    kwargs: [{}],
  },
  {
    prompt: "Write two different last lines for a bedtime story, with ****** and nothing else between them.",
    instruction_id_list: ["combination:two_responses"],
    kwargs: [{}],
  },
  {
    prompt: "Write about spring and about autumn, one paragraph each. Separate the two with a line of three stars: ***",
    instruction_id_list: ["length_constraints:number_paragraphs"],
    kwargs: [{ num_paragraphs: 2 }],
  },
  {
    prompt:
      "Describe a cat, a dog and a horse in three paragraphs. Put *** on a line of its own between one and the next, and nowhere else.",
    instruction_id_list: ["length_constraints:number_paragraphs"],
    kwargs: [{ num_paragraphs: 3 }],
  },
  {
    prompt:
      "Is it all right to whistle in an empty room? Three replies are possible: one is 'My answer is no.', another is 'My answer is maybe.', and the third is 'My answer is yes.' Pick one of them and copy it.",
    instruction_id_list: ["detectable_format:constrained_response"],
    kwargs: [{}],
  },
  {
    prompt:
      "Ben has two apples and eats one of them. Has he got an apple left? If he has, write: My answer is yes. If not, write: My answer is no.",
    instruction_id_list: ["detectable_format:constrained_response"],
    kwargs: [{}],
  },
  {
    prompt:
      "Write two paragraphs about a windmill with an empty line between them. The second paragraph has to begin with the word Tonight.",
    instruction_id_list: ["length_constraints:nth_paragraph_first_word"],
    kwargs: [{ num_paragraphs: 2, nth_paragraph: 2, first_word: "Tonight" }],
  },
  {
    prompt:
      "Write three paragraphs about a garden, with an empty line after the first and after the second. The first one starts with the word Early.",
    instruction_id_list: ["length_constraints:nth_paragraph_first_word"],
    kwargs: [{ num_paragraphs: 3, nth_paragraph: 1, first_word: "Early" }],
  },
];
