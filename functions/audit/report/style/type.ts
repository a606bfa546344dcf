/** Colours, letters and the marks that are the same everywhere. */
export const TYPE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf6; --ink: #1a1c1e; --muted: #5c6167; --rule: #dedacf; --accent: #17504b;
  --fail: #a8281b; --warn: #865300; --unknown: #584a94; --info: #2a5b8f; --pass: #2b6845; --none: #666c72;
  --serif: "Iowan Old Style", Charter, "Bitstream Charter", "Sitka Text", "Noto Serif", Cambria, Georgia, serif;
  --sans: Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121517; --ink: #eae7e0; --muted: #a3a9ae; --rule: #32383c; --accent: #86cbc2;
    --fail: #ff9b8f; --warn: #edbd6b; --unknown: #beb1ff; --info: #95c4fa; --pass: #88d09e; --none: #9da4aa;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.55 var(--sans); background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; scroll-padding-top: 1.5rem; }
body { margin: 0 auto; max-width: 74rem; padding: 2.25rem 2.5rem 5rem; overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, fieldset { margin: 0; padding: 0; border: 0; }
ul, ol { list-style: none; }
h1, h2 { font-family: var(--serif); font-weight: 600; letter-spacing: -0.012em; line-height: 1.15; text-wrap: balance; }
h1 { font-size: 1.3rem; }
h2 { font-size: 1.3rem; }
h3, h4 { font-size: 1rem; line-height: 1.35; font-weight: 600; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
main:focus, .file:focus { outline: none; }
code { font: 0.85em var(--mono); }
bdi { unicode-bidi: isolate; }
.muted, .since { color: var(--muted); }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.symbols { position: absolute; width: 0; height: 0; }
svg { overflow: visible; }
summary { cursor: pointer; }

.masthead { display: grid; grid-template-columns: 12.5rem 1fr auto; column-gap: 2.5rem; align-items: baseline; border-top: 3px solid var(--ink); padding-top: 0.8rem; }
.brand { font-size: 0.8rem; font-weight: 700; letter-spacing: 0.14em; text-transform: uppercase; }
.masthead .muted { font-size: 0.9rem; text-align: right; }

.icon { width: 1.1em; height: 1.1em; flex: none; vertical-align: -0.18em; }
.cut { fill: none; stroke: var(--paper); stroke-width: 2.1; stroke-linecap: round; stroke-linejoin: round; }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.icon.fail, .state.fail { color: var(--fail); }
.icon.warn, .state.warn { color: var(--warn); }
.icon.unknown, .state.unknown { color: var(--unknown); }
.icon.info { color: var(--info); }
.icon.pass { color: var(--pass); }
.icon.not-applicable, .icon.accepted { color: var(--none); }
.state { font-weight: 700; }

.bar { display: block; width: 100%; height: 6px; background: var(--rule); }
.bar .fail { fill: var(--fail); }
.bar .warn { fill: var(--warn); }
.bar .unknown { fill: var(--unknown); }
.bar .info { fill: color-mix(in srgb, var(--info) 42%, var(--paper)); }
.bar .pass { fill: color-mix(in srgb, var(--pass) 42%, var(--paper)); }
.bar .not-applicable { fill: var(--rule); }
.tally { display: inline-flex; flex-wrap: wrap; gap: 0.15rem 0.9rem; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
.tally > span { display: inline-flex; align-items: center; gap: 0.35rem; }
.tags { display: flex; gap: 0.7rem; align-items: baseline; font-size: 0.8rem; color: var(--muted); white-space: nowrap; }
.tag::first-letter, .finding .since::first-letter { text-transform: uppercase; }
.tag { display: inline-block; }
.tag.critical, .tag.high { font-weight: 650; color: var(--ink); }
.title { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: baseline; justify-content: space-between; }
.label { font: 500 11px var(--sans); fill: var(--muted); font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); stroke-width: 1; }
`;
