(() => {
  /** Whether each <details> was open before the page opened it; empty when it has opened none. */
  let opened = new Map();

  function openAll(panels) {
    if (opened.size === 0) opened = new Map(allPanels().map((panel) => [panel, panel.open]));
    for (const panel of panels) panel.open = true;
  }

  function restore() {
    for (const [panel, open] of opened) panel.open = open;
    opened = new Map();
  }

  function allPanels() {
    return [...document.querySelectorAll('details')];
  }

  addEventListener('beforeprint', () => openAll(allPanels()));
  addEventListener('afterprint', restore);

  const title = document.title;

  /** A credential that is shown alone is a page of its own. */
  function retitle() {
    const credential = document.querySelector('.file:target')?.closest('.credential');
    document.title = credential ? `${credential.querySelector('h3').textContent} · ${title}` : title;
  }

  addEventListener('hashchange', retitle);
  retitle();

  const form = document.getElementById('filter');
  if (!form) return;
  const matches = document.getElementById('matches');
  const credentials = [...document.querySelectorAll('.credential')].map((element) => ({
    element,
    key: [...element.querySelectorAll('.key')].map(lowerText).join(' '),
    findings: [...element.querySelectorAll('[data-status]')].map(findingOf),
  }));

  function findingOf(element) {
    const { status, practices } = element.dataset;
    return {
      element,
      text: lowerText(element),
      statuses: status.split(' '),
      practices: practices.split(' '),
    };
  }

  function lowerText(element) {
    return element.textContent.toLowerCase();
  }

  function filter() {
    const data = new FormData(form);
    const words = data.get('words').toLowerCase().split(/\s+/).filter(Boolean);
    const [statuses, practice] = [data.getAll('status'), data.get('practice')];
    return { words, statuses, practice, active: words.length + statuses.length > 0 || practice !== '' };
  }

  /** `key`: the name, server and verdict of its credential, which hold a word as well as what the finding says. */
  function fits(finding, key, { words, statuses, practice }) {
    return (
      (statuses.length === 0 || finding.statuses.some((status) => statuses.includes(status))) &&
      (practice === '' || finding.practices.includes(practice)) &&
      words.every((word) => key.includes(word) || finding.text.includes(word))
    );
  }

  function apply() {
    restore();
    const wanted = filter();
    const kept = credentials.map(({ element, key, findings }) => ({
      element,
      count: keep(findings, (finding) => fits(finding, key, wanted)),
    }));
    const shown = kept.filter(({ count }) => count > 0).map(({ element }) => element);
    for (const { element, count } of kept) hide(element, wanted.active && count === 0);
    for (const group of document.querySelectorAll('.credential .group'))
      hide(group, wanted.active && !group.querySelector('[data-status]:not(.off)'));
    if (wanted.active) openAll(shown.flatMap((element) => [element, ...element.querySelectorAll('details')]));
    const found = kept.reduce((sum, { count }) => sum + count, 0);
    matches.textContent = wanted.active ? told(found, shown.length) : `${credentials.length} credentials`;
  }

  /** How many of the findings are wanted; the others are hidden. */
  function keep(findings, isWanted) {
    let count = 0;
    for (const finding of findings) {
      const wanted = isWanted(finding);
      hide(finding.element, !wanted);
      if (wanted) count += 1;
    }
    return count;
  }

  function hide(element, isHidden) {
    element.classList.toggle('off', isHidden);
  }

  function told(found, shown) {
    if (found === 0) return 'No finding fits.';
    const noun = found === 1 ? 'finding' : 'findings';
    return `${found} ${noun} in ${shown} of ${credentials.length} credentials`;
  }

  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(apply));
  form.hidden = false;
})();
