/** Finds a tokenizer's added tokens in a text, as Hugging Face tokenizers finds them. */

/** An entry of added_tokens in tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Marked special by the tokenizer. */
  readonly special: boolean;
  /** Looked for after normalisation of the text, and in its own normalised form. */
  readonly normalized: boolean;
  /** Takes the white space on its left with it. */
  readonly lstrip: boolean;
  /** Takes the white space on its right with it. */
  readonly rstrip: boolean;
  /** Stands only where no letter, digit or underscore is beside it. */
  readonly single_word: boolean;
}

/** A part of a text, in UTF-16 units: one added token with the white space that it takes, or what lies between two. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly token?: AddedToken;
  /** Where the token's own text begins; `start` where there is no token. */
  readonly tokenStart: number;
}

interface TrieNode {
  readonly next: Map<number, TrieNode>;
  token?: AddedToken;
}

const spaceAtEnd = /\p{White_Space}+$/u;
const spaceAtStart = /\p{White_Space}*/uy;
const wordAtEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]$/u;
const wordAtStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u;

/** Looks for a fixed set of texts; of those that begin at the same place the longest is taken, of places the first. */
export class AddedTokenFinder {
  readonly #root: TrieNode = { next: new Map() };

  /** `contentOf` gives the text that stands for a token, which for normalised ones is not its own. */
  constructor(tokens: readonly AddedToken[], contentOf = (token: AddedToken) => token.content) {
    for (const token of tokens) this.#add(contentOf(token), token);
  }

  /** Cuts a text into pieces; a token for which `stays` is true remains text, with all that its text spans. */
  split(text: string, stays: (token: AddedToken, start: number) => boolean): Piece[] {
    const pieces: Piece[] = [];
    let done = 0;
    for (let at = 0; at < text.length; at += 1) {
      const match = this.#longestAt(text, at);
      if (match === undefined) continue;
      const end = at + match.length;
      if (!stays(match.token, at) && standsAlone(match.token, text, at, end)) {
        const piece = { ...withSpace(match.token, text, at, end, done), token: match.token, tokenStart: at };
        if (done < piece.start) pieces.push({ start: done, end: piece.start, tokenStart: done });
        pieces.push(piece);
        done = piece.end;
      }
      at = end - 1;
    }
    if (done < text.length) pieces.push({ start: done, end: text.length, tokenStart: done });
    return pieces;
  }

  /** Every place where the text of a token begins, also inside another's. */
  places(text: string): number[] {
    const places: number[] = [];
    for (let at = 0; at < text.length; at += 1) if (this.#longestAt(text, at)) places.push(at);
    return places;
  }

  #add(content: string, token: AddedToken): void {
    if (content === "") return;
    let node = this.#root;
    for (let at = 0; at < content.length; at += 1) {
      const unit = content.charCodeAt(at);
      let next = node.next.get(unit);
      if (next === undefined) {
        next = { next: new Map() };
        node.next.set(unit, next);
      }
      node = next;
    }
    node.token = token;
  }

  #longestAt(text: string, start: number): { readonly token: AddedToken; readonly length: number } | undefined {
    let node = this.#root.next.get(text.charCodeAt(start));
    let longest: { readonly token: AddedToken; readonly length: number } | undefined;
    for (let at = start + 1; node !== undefined; at += 1) {
      if (node.token) longest = { token: node.token, length: at - start };
      node = at < text.length ? node.next.get(text.charCodeAt(at)) : undefined;
    }
    return longest;
  }
}

function standsAlone(token: AddedToken, text: string, start: number, end: number): boolean {
  if (!token.single_word) return true;
  return !wordAtEnd.test(text.slice(Math.max(0, start - 2), start)) && !wordAtStart.test(text.slice(end, end + 2));
}

function withSpace(token: AddedToken, text: string, start: number, end: number, done: number) {
  const left = token.lstrip ? (spaceAtEnd.exec(text.slice(done, start))?.[0].length ?? 0) : 0;
  if (!token.rstrip) return { start: start - left, end };
  spaceAtStart.lastIndex = end;
  return { start: start - left, end: end + (spaceAtStart.exec(text)?.[0].length ?? 0) };
}
