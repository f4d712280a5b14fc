/** Tells the language of a text by the library franc, among the languages that the reference's library knows. */
import { franc } from "franc";

/** ISO 639-1 codes, as rows have them, by the codes of franc (ISO 639-3). Chinese has two in the reference's library. */
const codes: Readonly<Record<string, string>> = {
  afr: "af",
  als: "sq",
  arb: "ar",
  ben: "bn",
  bul: "bg",
  cat: "ca",
  ces: "cs",
  cmn: "zh-cn",
  cym: "cy",
  dan: "da",
  deu: "de",
  ell: "el",
  eng: "en",
  est: "et",
  fin: "fi",
  fra: "fr",
  guj: "gu",
  heb: "he",
  hin: "hi",
  hrv: "hr",
  hun: "hu",
  ind: "id",
  ita: "it",
  jpn: "ja",
  kan: "kn",
  kor: "ko",
  lit: "lt",
  lvs: "lv",
  mal: "ml",
  mar: "mr",
  mkd: "mk",
  nld: "nl",
  nob: "no",
  npi: "ne",
  pan: "pa",
  pes: "fa",
  pol: "pl",
  por: "pt",
  ron: "ro",
  rus: "ru",
  slk: "sk",
  slv: "sl",
  som: "so",
  spa: "es",
  swe: "sv",
  swh: "sw",
  tam: "ta",
  tel: "te",
  tgl: "tl",
  tha: "th",
  tur: "tr",
  ukr: "uk",
  urd: "ur",
  vie: "vi",
};

/** Characters that are looked at, as in the reference's library: enough to tell, and bounded in time. */
const mostCharacters = 10_000;

/** The ISO 639-1 code of a text's language; undefined where there are no letters to tell it by. */
export function languageOf(text: string): string | undefined {
  return codes[franc(text.slice(0, mostCharacters), { minLength: 1, only: Object.keys(codes) })];
}
