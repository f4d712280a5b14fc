/** The characters that stand for bytes in byte-level vocabularies: GPT-2's bytes_to_unicode. */

const utf8 = new TextEncoder();

/** Printable bytes stand for themselves, the others for the characters from 256 on, in order. */
const characters = (() => {
  const printable = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

/** Writes each UTF-8 byte of a word as the character that stands for it. */
export function toByteCharacters(word: string): string {
  let written = "";
  for (const byte of utf8.encode(word)) written += characters[byte];
  return written;
}
