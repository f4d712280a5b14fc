/** Encodes a text that consists of parts, and tells which tokens belong to which part. */
import type { AddedToken, AddedTokenFinder, Piece } from "./added-tokens.js";
import type { PlainEncoder } from "./plain-encoder.js";

/** Which texts of control tokens were typed by people and stay text: those at these places (UTF-16 units), or all. */
export type LiteralPlaces = ReadonlySet<number> | "all";

/** A text's tokens, part by part. */
export interface EncodedParts {
  readonly tokenIds: number[];
  /** For each part the number of tokens up to its end; its own begin where those of the part before it end. */
  readonly partEnds: number[];
}

/** Why a text can't be encoded as asked. */
export class EncodingRefused extends Error {
  constructor(
    /**
     * "shared-token": two parts have a token in common. "control-token": a text can't but become a control token.
     * "unclear-control-token": it is not said which of both it should be.
     */
    readonly reason: "shared-token" | "control-token" | "unclear-control-token",
    /** The text around the end of the part, or that of the control token. */
    readonly text: string,
  ) {
    super(reason);
  }
}

/** The steps of encoding, as one tokenizer has them. */
export interface EncodingSteps {
  /** Finds the added tokens that are looked for before normalisation. */
  readonly finder: AddedTokenFinder;
  readonly plain: PlainEncoder;
  readonly isControl: (tokenId: number) => boolean;
  readonly decode: (tokenIds: readonly number[]) => string;
}

/**
 * Encodes the parts as one text, so that the ids are those of the whole; where a token would span the end of a part,
 * what follows is encoded apart, as a model meets it that is asked with the parts before. Throws EncodingRefused where
 * that would be another text, or where a literal text can't but become a control token.
 */
export function encodeParts(parts: readonly string[], literal: LiteralPlaces, steps: EncodingSteps): EncodedParts {
  return new PartEncoder(parts, literal, steps).encode();
}

class PartEncoder {
  readonly #text: string;
  readonly #ends: readonly number[];
  readonly #literal: LiteralPlaces;
  readonly #steps: EncodingSteps;
  readonly #tokenIds: number[] = [];
  readonly #partEnds: number[] = [];

  constructor(parts: readonly string[], literal: LiteralPlaces, steps: EncodingSteps) {
    this.#text = parts.join("");
    let end = 0;
    this.#ends = parts.map((part) => {
      end += part.length;
      return end;
    });
    this.#literal = literal;
    this.#steps = steps;
  }

  encode(): EncodedParts {
    for (const piece of this.#steps.finder.split(this.#text, (token, start) => this.#staysText(token, start))) {
      this.#endPartsUpTo(piece.start);
      if (piece.token) this.#appendToken(piece, piece.token);
      else this.#appendPlain(piece.start, piece.end);
    }
    this.#endPartsUpTo(this.#text.length);
    return { tokenIds: this.#tokenIds, partEnds: this.#partEnds };
  }

  /** Parts that end at or before a place have all their tokens. */
  #endPartsUpTo(place: number): void {
    while (this.#nextEnd() <= place) this.#partEnds.push(this.#tokenIds.length);
  }

  #appendToken(piece: Piece, token: AddedToken): void {
    this.#endPartsUpTo(piece.tokenStart);
    if (this.#nextEnd() < piece.tokenStart + token.content.length) throw sharedToken(this.#text, this.#nextEnd());
    this.#tokenIds.push(token.id);
    this.#endPartsUpTo(piece.end);
  }

  /** A part that ends in the midst of these characters ends at a token's end, or what follows it is encoded apart. */
  #appendPlain(start: number, end: number): void {
    let from = start;
    let whole = this.#encodePlain(from, end);
    for (let cut = this.#nextEnd(); cut < end; cut = this.#nextEnd()) {
      const head = this.#encodePlain(from, cut);
      this.#partEnds.push(this.#tokenIds.length + head.length);
      if (isPrefix(head, whole)) continue;
      const tail = this.#encodePlain(cut, end);
      if (this.#steps.decode([...head, ...tail]) !== this.#steps.decode(whole)) throw sharedToken(this.#text, cut);
      append(head, this.#tokenIds);
      [from, whole] = [cut, tail];
    }
    append(whole, this.#tokenIds);
  }

  #nextEnd(): number {
    return this.#ends[this.#partEnds.length] ?? Number.POSITIVE_INFINITY;
  }

  #encodePlain(start: number, end: number): number[] {
    return this.#steps.plain.encode(this.#text.slice(start, end), start === 0, {
      staysText: (token, at) => this.#staysText(token, at === undefined ? undefined : start + at),
      checkWord: (tokenIds) => this.#checkWord(tokenIds),
    });
  }

  #staysText({ id, content }: AddedToken, start: number | undefined): boolean {
    if (this.#literal === "all" || this.#literal.size === 0 || !this.#steps.isControl(id)) {
      return this.#literal === "all" && this.#steps.isControl(id);
    }
    if (start === undefined) throw new EncodingRefused("control-token", content);
    return this.#literal.has(start);
  }

  /** Some vocabularies hold the texts of control tokens as words. */
  #checkWord(tokenIds: readonly number[]): void {
    if (this.#literal !== "all" && this.#literal.size === 0) return;
    const control = tokenIds.find(this.#steps.isControl);
    if (control !== undefined) throw new EncodingRefused("control-token", this.#steps.decode([control]));
  }
}

function append(from: readonly number[], to: number[]): void {
  for (const id of from) to.push(id);
}

function sharedToken(text: string, place: number): EncodingRefused {
  return new EncodingRefused("shared-token", text.slice(Math.max(0, place - 10), place + 10));
}

/** True where `start` is the beginning of `whole`. */
function isPrefix(start: readonly number[], whole: readonly number[]): boolean {
  return start.length <= whole.length && start.every((id, position) => id === whole[position]);
}
