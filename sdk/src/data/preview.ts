/** Shows prepared examples as the model sees them: every token, and whether it is learnt. */
import { inspect } from "node:util";
import type { Datum } from "./datum.js";
import { previewPage } from "./preview-page.js";
import { drawPreview } from "./preview-text.js";
import { type PreviewRow, previewDatum } from "./preview-tokens.js";
import type { Tokenizer } from "./tokenizer.js";

/** A few examples, to be looked at: printed by console.log, in colour where the terminal has it, or as a page. */
export class Preview {
  readonly rows: readonly PreviewRow[];

  constructor(datums: readonly Datum[], tokenizer: Tokenizer) {
    this.rows = datums.map((datum) => previewDatum(datum, tokenizer));
  }

  /**
   * For a terminal: in colour, or with ⟦trained⟧ and ‹template› in brackets (default). Ends without a line break.
   * Characters that could steer a terminal are shown by their code.
   */
  toString({ colour = false }: { readonly colour?: boolean } = {}): string {
    return drawPreview(this.rows, colour);
  }

  /** One HTML page, whole in itself. Pointing at a token shows its id and weight. */
  toHtml(title = "Preview of training data"): string {
    return previewPage(this.rows, title);
  }

  /** console.log asks for colours when it writes to a terminal and NO_COLOR is not set. */
  [inspect.custom](_depth: number, { colors }: { readonly colors?: boolean }): string {
    return this.toString({ colour: colors === true });
  }
}
