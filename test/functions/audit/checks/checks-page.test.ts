import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRACTICES, type PracticeNumber, SERVED_WITHOUT_CHECK } from '../../../../functions/audit/check.ts';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import type { OptInCheck } from '../../../../functions/audit/settings.ts';
import { checksPage, servedBy } from './checks-page.ts';

const README = join(import.meta.dirname, '../../../../README.md');
const FILE = join(import.meta.dirname, '../../../../docs/checks.md');
/** By the name that switches each on. */
const OPT_IN: Readonly<Record<OptInCheck, string>> = {
  'canary-send': 'cred.canary-send',
  'negative-control': 'cred.negative-control',
  'open-relay': 'smtp.open-relay',
  'bare-lf': 'smtp.bare-lf',
  'breach-lookup': 'secret.breached',
};
const PAGE = checksPage(CATALOGUE, new Set(Object.values(OPT_IN)));

describe('docs/checks.md', () => {
  it('is what the catalogue says; `--update` writes it anew', async () => {
    await expect(PAGE).toMatchFileSnapshot(FILE);
  });

  it.each(CATALOGUE)('has $id with its why, its remediation, its source and the facts it needs', (check) => {
    const [entry = ''] = PAGE.split('\n### ').filter((part) => part.startsWith(`\`${check.id}\``));
    for (const part of [check.title, check.severity, check.why, check.remediation, check.reference.url])
      expect(entry).toContain(part);
    expect(entry).toMatch(/ · looks at \S/);
  });

  it('leads from each practice of its table to the chapter', () => {
    const targets = [...PAGE.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
    const headings = [...PAGE.matchAll(/^## (.+)$/gm)].map(([, text = '']) =>
      text.toLowerCase().replace(/[.,]/g, '').replaceAll(' ', '-'),
    );
    expect(targets).toEqual(headings);
    expect(targets).toHaveLength(19);
  });

  it('has as many checks as the README says', () => {
    expect(readFileSync(README, 'utf8')).toContain(`every day: ${CATALOGUE.length} checks`);
  });

  it('marks the checks that are off, and names none that is not there', () => {
    const ids = CATALOGUE.map(({ id }) => id);
    for (const id of Object.values(OPT_IN)) {
      expect(ids).toContain(id);
      expect(PAGE).toMatch(new RegExp(`### \`${id.replace('.', '\\.')}\`.*\n\n\\w+ · off until`));
    }
  });
});

it.each(Object.entries(PRACTICES))(
  'practice %s, %s, is served by a check, or the page says by what else',
  (key) => {
    const practice = Number(key) as PracticeNumber;
    const [chapter = ''] = PAGE.split('\n## ').filter((part) => part.startsWith(`${practice}. `));
    const otherwise = SERVED_WITHOUT_CHECK[practice];
    if (otherwise) expect(chapter).toContain(otherwise);
    else expect(servedBy(CATALOGUE, practice)).not.toEqual([]);
  },
);
