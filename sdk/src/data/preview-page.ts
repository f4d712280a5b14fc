/** Writes previews as one HTML page that needs nothing else: no script, no font, no request. */
import { type Markup, markup } from "../report/markup.js";
import { placeOf } from "./place.js";
import type { PreviewPiece, PreviewRow } from "./preview-tokens.js";

const style = markup`
:root { --paper: #fdfdfc; --ink: #1d1f24; --muted: #60646d; --rule: #e0e1e4; --trained: #bfe3d3; --template: #7a3e9d; --edge: #00000026; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e6e7ea; --muted: #a0a5b0; --rule: #32353c; --trained: #1d5a49; --template: #cf9be8; --edge: #ffffff30; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
h2 small, .legend { color: var(--muted); font-weight: 400; font-size: .85rem; }
pre { margin: 0; padding: .75rem 0; border-top: 1px solid var(--rule); font: .85rem/1.9 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.token { border-right: 1px solid var(--edge); padding: .1em 0; }
.trained { background: var(--trained); }
.legend .token { color: var(--ink); }
.token.template { color: var(--template); }
.end { color: var(--muted); }
`;

/** A whole page. All that comes from data is escaped. */
export function previewPage(rows: readonly PreviewRow[], title: string): string {
  return String(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="legend"><span class="token trained">trained</span> learnt · <span class="token">context</span> only read · <span class="token template">template</span> control tokens, only read. A thin line ends each token; point at one to see its number.</p>
${rows.map(rowSection)}
</main>
</body>
</html>
`);
}

function rowSection({ source, pieces, tokens, trainedTokens }: PreviewRow): Markup {
  return markup`<section>
<h2>${placeOf(source)} <small>${tokens} tokens, ${trainedTokens} trained</small></h2>
<pre>${pieces.map(token)}</pre>
</section>
`;
}

/** A line feed at the start of a pre element would vanish, so each is shown by a mark before it. */
function token({ text, tokenIds, label, weight }: PreviewPiece): Markup {
  const lines = text.split("\n").map((line, index) => [index > 0 && markup`<span class="end">↵</span>\n`, line]);
  return markup`<span class="token ${label}" title="${label}, weight ${weight}, token ${tokenIds.join(" + ")}">${lines}</span>`;
}
