/** Tables that scroll inside the page on narrow screens. */
import { type Markup, type MarkupValue, markup } from "../markup.js";

/** A table of names and values. */
export function factTable(rows: readonly (readonly [name: string, value: MarkupValue])[]): Markup {
  return markup`<div class="scroll"><table class="fact-table"><tbody>${rows.map(
    ([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  )}</tbody></table></div>`;
}

/** A table with a header row; the first column names the rows. */
export function dataTable(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly MarkupValue[])[],
): Markup {
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table class="data-table"><caption>${caption}</caption><thead><tr>${columns.map(
    (column) => markup`<th scope="col">${column}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([name, ...cells]) => markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}
