/** On paper: black on white, everything open, nothing to click. */
export const PRINT = `
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --muted: #444; --rule: #bbb; --accent: #000;
    --fail: #a8281b; --warn: #865300; --unknown: #584a94; --info: #2a5b8f; --pass: #2b6845; --none: #666;
  }
  @page { margin: 16mm 14mm; }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  .skip, .contents, #filter, .alone, .paging, .file:target .paging, .runs { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .credential > summary::after, .practice summary h3::after { display: none; }
  .part, .overview { margin-top: 2.5rem; }
  .margin { position: static; }
  .worst > li, .timeline tr, .finding, .credential > summary, .lines li, .checks li, .risks > li { break-inside: avoid; }
  h2, h3, .credential > summary, .practice .row, .facts { break-after: avoid; }
  .quiet .lines, .checks { display: block; columns: 2; column-gap: 1.5rem; font-size: 0.8rem; }
  .quiet li, .checks li { margin-bottom: 0.3rem; }
  .checks li { grid-template-columns: auto minmax(0, 1fr) auto; }
  .advice a::after { content: " <" attr(href) ">"; font-size: 0.85em; }
  a { text-decoration: none; }
  rect, circle, line { print-color-adjust: exact; }
}
`;
