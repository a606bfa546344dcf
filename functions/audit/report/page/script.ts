/**
 * Search and filter of the page, and nothing else: without it all findings show. Its hash is in the page's own policy.
 * A finding stays when what it says, with its credential's name, server and verdict, holds all the words.
 */
export const SCRIPT = `'use strict';
(() => {
  const form = document.getElementById('filter');
  const matches = document.getElementById('matches');
  const panels = () => [...document.querySelectorAll('details')];
  let opened = new Map();

  function openAll(list) {
    if (opened.size === 0) opened = new Map(panels().map((panel) => [panel, panel.open]));
    for (const panel of list) panel.open = true;
  }
  function restore() {
    for (const [panel, open] of opened) panel.open = open;
    opened = new Map();
  }
  addEventListener('beforeprint', () => openAll(panels()));
  addEventListener('afterprint', restore);

  const title = document.title;
  function retitle() {
    const file = document.querySelector('.file:target');
    document.title = file ? file.closest('.credential').querySelector('h3').textContent + ' · ' + title : title;
  }
  addEventListener('hashchange', retitle);
  retitle();

  if (!form) return;
  const text = (element) => element.textContent.toLowerCase();
  const credentials = [...document.querySelectorAll('.credential')].map((element) => ({
    element,
    head: [...element.querySelectorAll('.key')].map(text).join(' '),
    findings: [...element.querySelectorAll('[data-status]')].map((item) => ({
      item,
      text: text(item),
      statuses: item.dataset.status.split(' '),
      practices: item.dataset.practices.split(' '),
    })),
  }));

  function wanted() {
    const data = new FormData(form);
    const words = data.get('words').toLowerCase().split(/\\s+/).filter(Boolean);
    return { words, statuses: data.getAll('status'), practice: data.get('practice') };
  }
  function fits(finding, head, { words, statuses, practice }) {
    return (
      (statuses.length === 0 || finding.statuses.some((status) => statuses.includes(status))) &&
      (practice === '' || finding.practices.includes(practice)) &&
      words.every((word) => head.includes(word) || finding.text.includes(word))
    );
  }
  function apply() {
    const filter = wanted();
    const active = filter.words.length + filter.statuses.length > 0 || filter.practice !== '';
    restore();
    let findings = 0;
    const shown = [];
    for (const { element, head, findings: all } of credentials) {
      let kept = 0;
      for (const finding of all) {
        const fit = fits(finding, head, filter);
        finding.item.classList.toggle('off', !fit);
        kept += fit;
      }
      element.classList.toggle('off', kept === 0 && active);
      if (kept > 0) shown.push(element);
      findings += kept;
    }
    for (const group of document.querySelectorAll('.credential .group'))
      group.classList.toggle('off', active && !group.querySelector('[data-status]:not(.off)'));
    if (active) openAll(shown.flatMap((element) => [element, ...element.querySelectorAll('details')]));
    matches.textContent = active
      ? findings === 0 ? 'No finding fits.' : findings + (findings === 1 ? ' finding in ' : ' findings in ') + shown.length + ' of ' + credentials.length + ' credentials'
      : credentials.length + ' credentials';
  }
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(apply));
  form.hidden = false;
})();
`;
