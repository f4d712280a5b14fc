/** The look of the report: system fonts, two colours with a meaning, nothing that moves. */
import { markup } from "./markup.js";

/** CSS of the page. */
export const pageStyle = markup`
:root {
  --paper: #fdfdfc; --ink: #1d1f24; --muted: #60646d; --rule: #e0e1e4; --soft: #f3f3f1;
  --before: #8a919e; --after: #3f948d; --frozen: #dfe1e5; --better: #1f6f6b; --worse: #a8322a; --whisker: #1d1f24;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --ink: #e6e7ea; --muted: #a0a5b0; --rule: #32353c; --soft: #1f2227;
    --before: #6f7683; --after: #2f857e; --frozen: #3a3f48; --better: #5cc4ba; --worse: #f0877d; --whisker: #f2f3f5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
main { max-width: 54rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
h1 { font-size: 1.2rem; font-weight: 600; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; font-weight: 650; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
h4 { font-size: .95rem; margin: 1.5rem 0 .5rem; }
h5 { font-size: .8rem; margin: 0 0 .5rem; color: var(--muted); font-weight: 600; }
h3 .muted, h4 .muted { font-weight: 400; }
p { margin: 0 0 .75rem; max-width: 42rem; white-space: pre-line; }
section { margin-top: 3rem; padding-top: 1.75rem; border-top: 1px solid var(--rule); }
figure { margin: 1rem 0; }
.muted, .note, .legend, figcaption, caption, .kicker, dt { color: var(--muted); }
.note, .legend, figcaption, caption { font-size: .85rem; }
.note { margin-top: 1rem; }
.kicker { font-size: .85rem; margin: 0 0 .25rem; }
.headline { font-size: 1.9rem; line-height: 1.22; font-weight: 650; letter-spacing: -.015em; margin: 1.25rem 0 .75rem; max-width: 40rem; text-wrap: balance; }
.lead { max-width: 42rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .9rem 2rem; margin: 2rem 0 0; }
.facts dt { font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.warnings { margin-top: 2rem; padding: .75rem 1rem; border-left: 3px solid var(--worse); background: var(--soft); }
.warnings h2 { font-size: .95rem; margin: 0 0 .25rem; }
.warnings ul { margin: 0; padding-left: 1.1rem; }

svg { display: block; width: 100%; overflow: visible; }
.grid { stroke: var(--rule); stroke-width: 1; }
.tick { fill: var(--muted); font-size: 12px; }
.bar-row { display: grid; grid-template: "label chart values" auto / 9rem 1fr 8.5rem; column-gap: 1rem; align-items: center; }
.bars { grid-area: chart; } .bar-label { grid-area: label; font-size: .9rem; overflow-wrap: anywhere; }
.bar-values { grid-area: values; font-size: .9rem; text-align: right; white-space: nowrap; }
.forest .bar-row { grid-template-columns: 14rem 1fr 5rem; } .forest + .forest { margin-top: .75rem; }
.zero { stroke: var(--muted); stroke-width: 1.5; }
.marker.better { fill: var(--better); } .marker.worse { fill: var(--worse); }
.marker.no-difference-shown { fill: var(--paper); stroke: var(--muted); stroke-width: 2; }
svg.key { display: inline-block; width: 1.4em; height: 30px; margin: 0 .15em 0 .4em; vertical-align: middle; } svg.key:first-child { margin-left: 0; }
.nowrap { white-space: nowrap; }
rect.before { fill: var(--before); } rect.after, rect.trained { fill: var(--after); } rect.frozen { fill: var(--frozen); }
.whisker line { stroke: var(--whisker); stroke-width: 1.25; }
.legend { margin: .5rem 0 1rem; }
.legend.spread { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1rem; max-width: none; white-space: normal; }
.swatch { display: inline-block; width: .75em; height: .75em; border-radius: 2px; margin: 0 .35em 0 .75em; }
.swatch:first-child { margin-left: 0; }
.swatch.before { background: var(--before); } .swatch.after { background: var(--after); } .swatch.frozen { background: var(--frozen); }
.swatch.whisker { height: 0; width: 1.1em; border-top: 1.5px solid var(--whisker); vertical-align: middle; }
.swatch.dot, .swatch.mean { border-radius: 50%; background: var(--muted); } .swatch.mean { background: var(--better); }
.plot { display: grid; grid-template-columns: 3.25rem 1fr; margin-top: .75rem; }
.y-ticks { position: relative; font-size: 12px; color: var(--muted); }
.y-ticks span { position: absolute; right: .6rem; transform: translateY(-50%); }
.curve { fill: none; stroke: var(--better); stroke-width: 2; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.mark { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; } .mark.stands { stroke: var(--better); stroke-dasharray: none; }
.curve.faint { stroke-width: 1; opacity: .45; }
.dot { fill: var(--muted); fill-opacity: .6; } circle.mean { fill: var(--better); } .mean-range { stroke: var(--better); stroke-width: 2; }

.scroll { overflow-x: auto; margin: .5rem 0; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
caption { text-align: left; padding-bottom: .25rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; border-top: 1px solid var(--rule); }
thead th { border-top: 0; color: var(--muted); font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 500; }
.data-table td { white-space: nowrap; } .data-table td .muted { font-size: .8rem; }
.data-table th pre { min-width: 18rem; }
.fact-table th { width: 13rem; font-weight: 400; color: var(--muted); } .fact-table td { overflow-wrap: anywhere; }
.verdict.better { color: var(--better); font-weight: 600; } .verdict.worse { color: var(--worse); font-weight: 600; }
code, pre { font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
pre.code { background: var(--soft); padding: .9rem 1rem; border-radius: 4px; }
pre.reply { color: var(--muted); margin-top: .4rem; font-weight: 400; }
summary { cursor: pointer; color: var(--muted); font-size: .9rem; }
.sample { border: 1px solid var(--rule); border-radius: 6px; padding: .9rem 1rem; margin: .75rem 0; break-inside: avoid; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.sample-part { margin-bottom: .6rem; min-width: 0; }
.sample-part pre { background: var(--soft); padding: .5rem .7rem; border-radius: 4px; max-height: 18rem; overflow: auto; }
.flips { margin: .75rem 0; } .flips > summary { color: var(--ink); }
.cut { color: var(--muted); font-style: italic; }
.label { display: block; font-size: .8rem; color: var(--muted); margin-bottom: .15rem; }

@media (max-width: 40rem) {
  main { padding-top: 1.75rem; }
  .headline { font-size: 1.5rem; }
  .bar-row, .forest .bar-row { grid-template: "label values" auto "chart chart" auto / 1fr max-content; margin-bottom: .35rem; }
  .sides { grid-template-columns: 1fr; gap: 0; }
  .fact-table th { width: 8.5rem; }
}
@media print {
  :root {
    --paper: #fff; --ink: #000; --muted: #50545c; --rule: #d0d2d6; --soft: #f5f5f4;
    --before: #8a919e; --after: #3f948d; --frozen: #dfe1e5; --better: #1f6f6b; --worse: #a8322a; --whisker: #000;
  }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section { margin-top: 1.75rem; padding-top: 1.25rem; }
  .sample-part pre { max-height: none; }
  h2, h3, h4 { break-after: avoid; }
  figure, .bar-chart { break-inside: avoid; }
}
`;
