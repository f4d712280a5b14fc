/** Collects what a chat template writes, and which message each piece is written for. */

/** A range of a text in UTF-16 units, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A conversation as text. */
export interface RenderedConversation {
  readonly text: string;
  /** For each message where its turn stands; undefined where the template writes it nowhere, or in several places. */
  readonly turns: readonly (Span | undefined)[];
}

/** Takes the calls of one run of a template (see template-interpreter.ts). */
export class TurnRecorder {
  #text = "";
  #turn: number | undefined;
  readonly #outer: (number | undefined)[] = [];
  /** Messages as the template's interpreter has them, which keep their identity in slices and filtered lists. */
  #indexOf = new Map<unknown, number>();
  /** For each message the places where its rounds wrote, those that touch made one. */
  readonly #written = new Map<number, Span[]>();

  begin(messages: readonly { readonly value: unknown }[]): void {
    this.#indexOf = new Map(messages.map(({ value }, index) => [value, index]));
  }

  /** A round of a loop over something else than messages belongs to the turn around it. */
  beginRound(item: unknown): void {
    this.#turn = this.#indexOf.get(item) ?? this.#outer.at(-1);
  }

  enterLoop(): void {
    this.#outer.push(this.#turn);
  }

  leaveLoop(): void {
    this.#turn = this.#outer.pop();
  }

  write(text: string): void {
    this.#text += text;
    if (this.#turn === undefined || text === "") return;
    const places = this.#written.get(this.#turn) ?? [];
    const last = places.at(-1);
    const start = last?.end === this.#text.length - text.length ? places.pop()?.start : undefined;
    places.push({ start: start ?? this.#text.length - text.length, end: this.#text.length });
    this.#written.set(this.#turn, places);
  }

  rendered(messageCount: number): RenderedConversation {
    return { text: this.#text, turns: Array.from({ length: messageCount }, (_, index) => this.#turnOf(index)) };
  }

  /** A loop that only counts may write white space; such a place is no turn. */
  #turnOf(index: number): Span | undefined {
    const places = this.#written.get(index) ?? [];
    const [turn, another] = places.filter(({ start, end }) => this.#text.slice(start, end).trim() !== "");
    return another === undefined ? turn : undefined;
  }
}
