/** The style sheet of the report; its hash is the only style that the page's own policy allows. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f4ef; --card: #fffefb; --ink: #1d2226; --muted: #59626b; --line: #e2ddd2; --accent: #1c5f59;
  --fail: #ad2a20; --warn: #855400; --unknown: #5a4a98; --info: #255f9e; --pass: #2a6a41; --none: #656c74;
  --tint: 7%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14181a; --card: #1b2023; --ink: #e9e6df; --muted: #a5adb4; --line: #30373b; --accent: #7cc6bd;
    --fail: #ff998c; --warn: #eebd68; --unknown: #bdafff; --info: #92c2fb; --pass: #86d09c; --none: #a0a8b0;
    --tint: 11%;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; background: var(--page); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: clamp(1.6rem, 1.2rem + 2vw, 2.3rem); line-height: 1.15; letter-spacing: -0.02em; font-weight: 650; }
h2 { font-size: 1.25rem; letter-spacing: -0.01em; margin: 3.2rem 0 1rem; font-weight: 650; }
h3, h4 { font-size: 1rem; line-height: 1.35; font-weight: 620; }
a { color: var(--accent); text-underline-offset: 0.18em; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
code { font: 0.86em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.muted { color: var(--muted); }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.symbols { position: absolute; width: 0; height: 0; }
.brand { color: var(--accent); font-weight: 700; letter-spacing: 0.06em; font-size: 0.85rem; text-transform: uppercase; margin-bottom: 0.35rem; }
header .muted { margin-top: 0.4rem; }

.icon { width: 1.15em; height: 1.15em; flex: none; vertical-align: -0.2em; }
.icon .cut, .cut { fill: none; stroke: var(--card); stroke-width: 2.1; stroke-linecap: round; stroke-linejoin: round; }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.icon.fail, .state.fail { color: var(--fail); }
.icon.warn, .state.warn { color: var(--warn); }
.icon.unknown, .state.unknown { color: var(--unknown); }
.icon.info { color: var(--info); }
.icon.pass { color: var(--pass); }
.icon.not-applicable { color: var(--none); }

.overview { display: grid; grid-template-columns: auto 1fr; gap: 2.25rem; align-items: center; margin-top: 2rem; padding: 1.9rem 2.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 18px; }
.verdict { font-size: clamp(1.15rem, 1rem + 0.9vw, 1.5rem); font-weight: 620; letter-spacing: -0.01em; line-height: 1.3; }
.ring.large { width: 9.5rem; }
.ring.small { width: 3.1rem; flex: none; }
.ring circle { fill: none; stroke-width: 9; }
.ring .track { stroke: var(--line); }
.ring .arc { stroke-linecap: butt; }
.ring.good .arc { stroke: var(--pass); }
.ring.fair .arc { stroke: var(--warn); }
.ring.poor .arc { stroke: var(--fail); }
.ring.partial .arc { stroke: var(--unknown); }
.ring.none .arc { stroke: none; }
.ring text { fill: var(--ink); text-anchor: middle; dominant-baseline: central; }
.ring .figure { font-size: 38px; font-weight: 680; letter-spacing: -1px; }
.ring .caption { font-size: 12px; fill: var(--muted); }
.bar { display: block; width: 100%; height: 0.7rem; margin: 1.1rem 0 0.9rem; border-radius: 4px; }
.bar .fail { fill: var(--fail); }
.bar .warn { fill: var(--warn); }
.bar .unknown { fill: var(--unknown); }
.bar .info { fill: var(--info); }
.bar .pass { fill: var(--pass); }
.bar .not-applicable { fill: var(--line); }
.counts { display: flex; flex-wrap: wrap; gap: 0.35rem 1.35rem; font-size: 0.92rem; }
.counts .icon { margin-right: 0.4rem; }

.worst { border: 1px solid var(--line); border-radius: 16px; background: var(--card); overflow: hidden; }
.worry { display: flex; gap: 0.9rem; padding: 0.9rem 1.35rem; }
.worry + .worry { border-top: 1px solid var(--line); }
.worry > .icon, .finding > .icon { font-size: 1.15rem; margin-top: 0.12rem; }
.worry > div, .finding > div { flex: 1; min-width: 0; }
.title { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: baseline; justify-content: space-between; }
.tags { display: flex; gap: 0.6rem; align-items: baseline; font-size: 0.8rem; color: var(--muted); }
.tag { border: 1px solid var(--line); border-radius: 99px; padding: 0 0.65em; line-height: 1.6; }
.tag.critical, .tag.high { font-weight: 650; color: var(--ink); border-color: currentColor; }
.state { font-weight: 700; }
.state::after { content: " ·"; color: var(--muted); font-weight: 400; }
.where { margin-top: 0.3rem; display: grid; gap: 0.3rem; font-size: 0.94rem; }
.where a { font-weight: 600; margin-right: 0.35rem; }

.practices { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 0.7rem; }
.practice { display: flex; gap: 0.9rem; padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.practice .number { font-size: 1.05rem; font-weight: 650; color: var(--muted); min-width: 1.5rem; text-align: right; font-variant-numeric: tabular-nums; }
.practice h3 { font-size: 0.95rem; }
.practice p { font-size: 0.84rem; color: var(--muted); margin-top: 0.15rem; }
.practice.fail { border-color: color-mix(in srgb, var(--fail) 45%, var(--line)); background: color-mix(in srgb, var(--fail) var(--tint), var(--card)); }
.practice.warn { border-color: color-mix(in srgb, var(--warn) 40%, var(--line)); background: color-mix(in srgb, var(--warn) var(--tint), var(--card)); }

.credential { background: var(--card); border: 1px solid var(--line); border-radius: 16px; margin-bottom: 0.8rem; scroll-margin-top: 1rem; }
.credential > summary { display: flex; gap: 1.1rem; align-items: center; padding: 1rem 1.35rem; cursor: pointer; list-style: none; }
.credential > summary::-webkit-details-marker { display: none; }
.credential > summary::after { content: ""; flex: none; width: 0.55rem; height: 0.55rem; border: solid var(--muted); border-width: 0 2px 2px 0; transform: rotate(45deg); margin: -0.3rem 0.2rem 0 0; }
.credential[open] > summary::after { transform: rotate(225deg); margin-top: 0.3rem; }
.credential summary > div { flex: 1; min-width: 0; }
.credential summary p { font-size: 0.87rem; line-height: 1.45; }
.credential .words { color: var(--muted); }
.login { font: 0.8rem ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; color: var(--muted); border: 1px solid var(--line); border-radius: 8px; padding: 0.15rem 0.55rem; flex: none; max-width: 45%; }
.finding { display: flex; gap: 0.9rem; padding: 1.15rem 1.35rem 1.25rem; border-top: 1px solid var(--line); }
.finding.fail { background: color-mix(in srgb, var(--fail) var(--tint), var(--card)); }
.evidence { margin-top: 0.35rem; }
.finding dl { display: grid; grid-template-columns: 4rem 1fr; gap: 0.35rem 0.5rem; margin-top: 0.75rem; font-size: 0.92rem; }
.finding dt { color: var(--muted); font-weight: 600; }
.quiet { border-top: 1px solid var(--line); }
.quiet > summary { padding: 0.8rem 1.35rem; cursor: pointer; color: var(--muted); font-size: 0.92rem; }
.quiet .lines { padding: 0.1rem 1.35rem 1.25rem; }
.lines { display: grid; gap: 0.45rem; font-size: 0.92rem; }
.lines li { display: flex; gap: 0.7rem; }
.lines .icon { margin-top: 0.2rem; }
.lines b { font-weight: 600; margin-right: 0.3rem; }
.finding .lines { margin-top: 0.5rem; }
.unexamined { display: grid; gap: 0.5rem; font-size: 0.92rem; }
.unexamined li { padding: 0.7rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.unexamined span { display: block; color: var(--muted); }
footer { margin-top: 3.2rem; border-top: 1px solid var(--line); font-size: 0.9rem; color: var(--muted); max-width: 46rem; }
footer h2 { margin-top: 1.8rem; font-size: 1rem; color: var(--ink); }
footer p { margin-bottom: 0.7rem; }

@media (max-width: 38rem) {
  body { padding: 1.5rem 0.9rem 3rem; }
  .overview { grid-template-columns: 1fr; gap: 1.2rem; padding: 1.3rem 1.2rem; justify-items: center; }
  .headline { width: 100%; }
  .credential > summary { flex-wrap: wrap; gap: 0.7rem 0.9rem; padding: 0.9rem 1rem; }
  .credential summary > div { flex-basis: 60%; }
  .login { order: 3; max-width: none; margin-left: 4rem; }
  .worry, .finding { padding-left: 1rem; padding-right: 1rem; gap: 0.7rem; }
  .finding dl { grid-template-columns: 1fr; gap: 0.1rem; }
  .finding dd { margin-bottom: 0.5rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .skip { display: none; }
  .credential > summary::after { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .worry, .practice, .finding, .credential > summary, .lines li { break-inside: avoid; }
  h2, h3, .credential > summary { break-after: avoid; }
}
`;
