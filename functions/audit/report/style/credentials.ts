/** The list of credentials, its filter, their findings, and the view of one alone. */
export const CREDENTIALS = `
#filter { display: flex; flex-wrap: wrap; gap: 0.9rem 1rem; align-items: end; padding: 1rem 0 1.1rem; border-bottom: 1px solid var(--rule); }
#filter[hidden] { display: none; }
.field { display: grid; gap: 0.25rem; flex: 1 1 12rem; min-width: 0; font-size: 0.85rem; }
.field:first-child { flex-grow: 2; }
.field label { color: var(--muted); }
#filter input[type="search"], #filter select { font: inherit; font-size: 1rem; width: 100%; height: 2.6rem; padding: 0 0.7rem; color: var(--ink); background: var(--paper); border: 1px solid var(--none); border-radius: 3px; }
#filter ::placeholder { color: var(--muted); opacity: 1; }
fieldset { display: flex; flex-wrap: wrap; gap: 0.5rem; flex: 1 1 100%; min-width: 0; }
.chip, #filter button { font: inherit; font-size: 0.88rem; display: inline-flex; gap: 0.4rem; align-items: center; min-height: 2.1rem; padding: 0 0.75rem; border: 1px solid var(--none); border-radius: 99px; color: var(--ink); background: none; cursor: pointer; }
.chip:has(:checked) { background: var(--ink); color: var(--paper); border-color: var(--ink); }
.chip:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 3px; }
.chip input { accent-color: var(--accent); margin: 0; }
#filter button { border-color: transparent; color: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; }
#matches { flex: 1 1 100%; font-size: 0.88rem; padding: 0; }
body:not(:has(.file:target)) .off { display: none; }

.credential { border-bottom: 1px solid var(--rule); }
.credential > summary { display: grid; grid-template-columns: 3.2rem minmax(0, 1fr) auto auto 1rem; gap: 0.3rem 1.4rem; align-items: center; padding: 0.95rem 0; list-style: none; }
.credential > summary::-webkit-details-marker { display: none; }
.credential > summary::after { content: "+"; color: var(--muted); font-size: 1.2rem; line-height: 1; text-align: right; }
.credential[open] > summary::after { content: "–"; }
.credential > summary:hover h3 { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 0.2em; }
.who .muted { font-size: 0.88rem; }
.stand { display: grid; justify-items: end; }
.stand > .muted { font-size: 0.8rem; }
.mark { font: 600 1.7rem/1 var(--serif); letter-spacing: -0.03em; font-variant-numeric: lining-nums; }
.mark svg { display: block; width: 2.6rem; height: 4px; margin-top: 0.3rem; }
.mark rect { fill: var(--rule); }
.mark .filled { fill: var(--none); }
.mark.fail .filled { fill: var(--fail); }
.mark.unknown .filled { fill: var(--unknown); }
.mark.pass .filled { fill: var(--pass); }
.login { font: 0.8rem var(--mono); color: var(--muted); }
.file { padding: 0 0 1.75rem 4.6rem; }
.alone { font-size: 0.88rem; margin-bottom: 0.9rem; }
.paging { display: none; }
.facts { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: 0.2rem 0.8rem; font-size: 0.88rem; margin-bottom: 1.2rem; }
.facts dt, .advice dt { color: var(--muted); }
.finding { display: flex; gap: 0.9rem; padding: 1rem 0 1.1rem; border-top: 1px solid var(--rule); }
.finding > .icon { margin-top: 0.15rem; }
.finding > div { flex: 1; min-width: 0; }
.state::after { content: " ·"; color: var(--muted); font-weight: 400; }
.tags .state::after { content: ""; }
.evidence { margin-top: 0.25rem; max-width: 72ch; }
.finding .since { margin-top: 0.2rem; white-space: normal; }
.finding .acceptance { margin-top: 0.6rem; font-size: 0.92rem; max-width: 72ch; }
.finding.accepted .advice { color: var(--muted); }
.advice { display: grid; grid-template-columns: 4rem minmax(0, 68ch); gap: 0.25rem 0.6rem; margin-top: 0.7rem; font-size: 0.92rem; }
.lines { display: grid; gap: 0.4rem; font-size: 0.9rem; }
.lines li { display: flex; gap: 0.7rem; }
.lines .icon { margin-top: 0.2rem; }
.lines b { font-weight: 600; margin-right: 0.3rem; }
.finding .lines { margin-top: 0.4rem; }
.quiet { border-top: 1px solid var(--rule); }
.quiet > summary { padding: 0.8rem 0; color: var(--muted); font-size: 0.92rem; }

body:has(.file:target) :is(.overview, .contents, .part:not(#credentials), #filter, .credential:not(:has(:target)), .matter > .muted, footer) { display: none; }
body:has(.file:target) .margin { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
body:has(.file:target) .part { display: block; margin-top: 2rem; }
body:has(.file:target) .credential { border: 0; }
body:has(.file:target) .credential > summary { padding: 1.4rem 0; grid-template-columns: 6rem minmax(0, 1fr) auto auto; cursor: auto; }
body:has(.file:target) .credential > summary::after { display: none; }
body:has(.file:target) .credential h3 { font: 600 1.8rem/1.2 var(--serif); letter-spacing: -0.015em; }
body:has(.file:target) .mark { font-size: 3.6rem; }
body:has(.file:target) .mark svg { width: 4.6rem; }
/* Scrolls to the very top: what stands above is not shown. */
.file:target { padding-left: 0; scroll-margin-top: 100vh; }
.file:target .alone { display: none; }
.file:target .paging { display: flex; flex-wrap: wrap; gap: 0.3rem 2rem; padding-bottom: 1.2rem; font-size: 0.92rem; }
@media (max-width: 44rem) {
  .credential > summary { grid-template-columns: 3rem minmax(0, 1fr) 1rem; gap: 0.3rem 0.9rem; }
  .credential > summary::after { grid-column: 3; grid-row: 1; }
  .stand, .login { grid-column: 2 / -1; justify-items: start; }
  .file { padding-left: 0; }
  .finding { gap: 0.7rem; }
  .facts, .advice { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd, .advice dd { margin-bottom: 0.4rem; }
  body:has(.file:target) .credential > summary { grid-template-columns: 5rem minmax(0, 1fr); }
}
`;
