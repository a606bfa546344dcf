/** The first screen. */
export const OVERVIEW = `
.overview { display: grid; grid-template-columns: 12.5rem 1fr; column-gap: 2.5rem; margin-top: 3.5rem; }
.score .figure { display: block; font: 600 7.5rem/0.86 var(--serif); letter-spacing: -0.05em; margin-left: -0.04em; font-variant-numeric: lining-nums; }
.score .of { display: block; margin-top: 0.9rem; color: var(--muted); }
.change { font-size: 0.9rem; color: var(--muted); margin-top: 0.15rem; }
.change b { color: var(--ink); }
.verdict { font: 600 clamp(1.5rem, 1.1rem + 1.7vw, 2.35rem)/1.18 var(--serif); letter-spacing: -0.015em; max-width: 26ch; text-wrap: balance; }
.verdict + .muted { margin-top: 0.6rem; max-width: 62ch; }
.trend { margin-top: 2rem; }
.trend svg { display: block; width: 100%; height: 7.5rem; }
.trend .run { stroke: var(--ink); stroke-width: 1.75; stroke-linecap: round; }
.trend .dot { fill: var(--ink); }
.trend .latest { fill: var(--accent); stroke: var(--paper); stroke-width: 2; }
.trend figcaption { display: flex; justify-content: space-between; gap: 1rem; font-size: 0.8rem; color: var(--muted); margin-top: 0.45rem; }
.runs { font-size: 0.85rem; margin-top: 0.5rem; }
.runs summary { color: var(--muted); width: max-content; }
.runs table { border-collapse: collapse; margin-top: 0.5rem; font-variant-numeric: tabular-nums; }
.runs th, .runs td { text-align: left; font-weight: 400; padding: 0.15rem 2.5rem 0.15rem 0; border-bottom: 1px solid var(--rule); }
.runs thead th { color: var(--muted); }
.spread { grid-column: 1 / -1; margin-top: 2.75rem; }
.spread .bar { height: 8px; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
.counts li { padding: 1rem 1rem 0 0; }
.counts b { display: block; font: 600 1.9rem/1.1 var(--serif); letter-spacing: -0.02em; font-variant-numeric: lining-nums tabular-nums; }
.counts span { display: flex; gap: 0.35rem; font-size: 0.88rem; color: var(--muted); }
.counts .icon { margin-top: 0.12rem; }
.contents { margin-top: 3rem; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
.contents ul { display: flex; flex-wrap: wrap; gap: 0 2rem; }
.contents a { display: block; padding: 0.7rem 0; font-size: 0.92rem; text-decoration: none; color: var(--ink); }
.contents a:hover { text-decoration: underline; }
@media (max-width: 44rem) {
  body { padding: 1.25rem 1.15rem 3.5rem; }
  .overview { grid-template-columns: 1fr; row-gap: 0.25rem; margin-top: 2rem; }
  .score { display: grid; grid-template-columns: auto 1fr; column-gap: 1rem; align-items: end; margin-bottom: 1.4rem; }
  .score p:first-child { grid-row: span 2; display: flex; align-items: baseline; gap: 0.6rem; }
  .score .figure { font-size: 5.5rem; }
  .change { grid-column: 1 / -1; margin-top: 0.6rem; }
  .spread { margin-top: 1.75rem; }
  .counts { grid-template-columns: repeat(3, 1fr); }
  .contents { margin-top: 2rem; }
  .contents ul { gap: 0 1.25rem; }
}
`;
