/** Chapters: their title in the margin, their matter beside it. */
export const CHAPTERS = `
.part { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); column-gap: 2.5rem; margin-top: 4.5rem; }
.margin { align-self: start; position: sticky; top: 1.5rem; }
.margin .muted { font-size: 0.88rem; margin-top: 0.5rem; max-width: 22ch; }
.matter { border-top: 1px solid var(--ink); min-width: 0; }
.matter > .muted { padding-top: 0.9rem; font-size: 0.92rem; }

.worst > li { display: flex; gap: 0.9rem; padding: 1.05rem 0; border-bottom: 1px solid var(--rule); }
.worst .icon { margin-top: 0.15rem; }
.worst > li > div { flex: 1; min-width: 0; }
.worst h3 { font-size: 1.05rem; }
.remediation { margin-top: 0.2rem; max-width: 68ch; }
.where { margin-top: 0.55rem; display: grid; gap: 0.3rem; font-size: 0.9rem; }
.where a, .where b { font-weight: 600; margin-right: 0.3rem; }
.since { font-size: 0.85rem; white-space: nowrap; }
.where .muted { margin-right: 0.3rem; }

.practice { border-bottom: 1px solid var(--rule); }
.practice .row { display: grid; grid-template-columns: 1.8rem minmax(0, 1fr) 8rem 13.5rem; gap: 1rem; align-items: center; padding: 0.62rem 0; list-style: none; }
.practice .row::-webkit-details-marker { display: none; }
.practice .number { font-variant-numeric: tabular-nums; color: var(--muted); }
.practice h3 { font-weight: 500; }
.practice summary h3::after { content: "+"; margin-left: 0.5rem; color: var(--muted); font-weight: 400; }
.practice [open] h3::after { content: "–"; }
.practice .none { grid-column: span 2; font-size: 0.9rem; }
.practice .row > .muted { font-size: 0.9rem; }
.checks { padding: 0.1rem 0 1rem 2.8rem; display: grid; gap: 0.4rem; font-size: 0.92rem; }
.checks li { display: grid; grid-template-columns: auto minmax(0, 1fr) 13.5rem; gap: 0.6rem 0.8rem; align-items: baseline; }
.checks code { color: var(--muted); margin-left: 0.3rem; }
.practice .muted { padding: 0 0 0.9rem 2.8rem; font-size: 0.9rem; }
.practice .row > .muted { padding: 0; }

.timeline { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 0.92rem; }
.timeline th, .timeline td { text-align: left; vertical-align: middle; padding: 0.75rem 1rem 0.75rem 0; border-bottom: 1px solid var(--rule); font-weight: 500; }
.timeline thead th { padding: 0.6rem 1rem 0.5rem 0; color: var(--muted); font-size: 0.8rem; }
.timeline tr > :first-child { width: 33%; }
.timeline tr > :last-child { width: 24%; padding-right: 0; }
.timeline .axis { padding: 0 1.5rem 0 0; height: 1px; }
.timeline .axis svg { display: block; width: 100%; height: 100%; min-height: 1.2rem; }
.timeline th .muted { display: block; font-weight: 400; font-size: 0.85rem; margin-top: 0.1rem; }
.timeline .left { display: block; font-size: 0.85rem; color: var(--muted); }
.timeline .life { fill: var(--ink); }
.timeline .fail .life { fill: var(--fail); }
.timeline .warn .life { fill: var(--warn); }
.timeline .fail .left { color: var(--fail); font-weight: 650; }
.timeline .warn .left { color: var(--warn); font-weight: 650; }

.risks > li, .unexamined > li { padding: 0.95rem 0; border-bottom: 1px solid var(--rule); font-size: 0.95rem; }
.risks p + p { margin-top: 0.3rem; }
.acceptance { border-left: 2px solid var(--none); padding-left: 0.75rem; }
.unexamined span { display: block; }
.pages { display: flex; flex-wrap: wrap; gap: 0.5rem 1.4rem; padding-top: 0.9rem; }
footer { margin-top: 5rem; border-top: 3px solid var(--ink); padding-top: 1rem; font-size: 0.88rem; color: var(--muted); columns: 2 20rem; column-gap: 2.5rem; }
footer h2 { font-size: 1rem; color: var(--ink); margin-bottom: 0.5rem; }
footer p { margin-bottom: 0.6rem; break-inside: avoid; }
@media (max-width: 58rem) {
  .masthead { grid-template-columns: 1fr; row-gap: 0.25rem; }
  .masthead .muted { text-align: left; }
  .part { grid-template-columns: minmax(0, 1fr); row-gap: 0.9rem; margin-top: 3.25rem; }
  .margin { position: static; }
  .margin .muted { max-width: none; margin-top: 0.25rem; }
}
@media (max-width: 44rem) {
  .tags { white-space: normal; }
  .practice .row { grid-template-columns: 1.5rem minmax(0, 1fr); gap: 0.15rem 0.6rem; }
  .practice .row > .bar { grid-column: 2; }
  .practice .row > .tally, .practice .row > .muted { grid-column: 2; }
  .checks { padding-left: 2.1rem; }
  .checks li { grid-template-columns: auto minmax(0, 1fr); }
  .checks .tally { grid-column: 2; }
  .practice .muted { padding-left: 2.1rem; }
  .timeline, .timeline tbody, .timeline tr, .timeline th, .timeline td { display: block; width: auto; }
  .timeline thead { display: none; }
  .timeline tr { padding: 0.8rem 0; border-bottom: 1px solid var(--rule); }
  .timeline tr > :first-child, .timeline tr > :last-child { width: auto; }
  .timeline th, .timeline td { border: 0; padding: 0.1rem 0; }
  .timeline .axis { height: 1.1rem; padding: 0; }
  .timeline .left { display: inline; margin-left: 0.4rem; }
}
`;
