import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRACTICES } from '../../../../functions/audit/check.ts';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';

const AUDIT = join(import.meta.dirname, '../../../../functions/audit');

it('names every check once', () => {
  const ids = CATALOGUE.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(18);
});

describe.each(CATALOGUE)('$id', ({ id, practices, title, severity, why, remediation, reference }) => {
  it('has all that a reader of its finding needs', () => {
    expect(id).toMatch(/^[a-z]+(\.[a-z-]+)+$/);
    expect(['critical', 'high', 'medium', 'low']).toContain(severity);
    expect(title).toMatch(/^[A-Z].{3,}[^.]$/);
    expect(why).toMatch(/^[A-Z].{40,}\.$/);
    expect(remediation).toMatch(/^[A-Z].{30,}\.$/);
    expect(reference.title).toMatch(/^[A-Z]/);
    expect(reference.url).toMatch(
      /^https:\/\/(www\.rfc-editor\.org\/rfc\/rfc\d+#section-[\d.]+|docs\.aws\.amazon\.com\/.+\.html|haveibeenpwned\.com\/API\/v3#\w+)$/,
    );
  });

  it('serves a practice', () => {
    expect(practices.length).toBeGreaterThan(0);
    for (const practice of practices) expect(Object.keys(PRACTICES)).toContain(String(practice));
  });
});

it('counts nineteen practices', () => {
  expect(Object.keys(PRACTICES).map(Number)).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
});

it.each(globSync('{checks,subjects}/*.ts', { cwd: AUDIT }))('%s imports nothing that does I/O', (file) => {
  const imported = readFileSync(join(AUDIT, file), 'utf8').match(/(?<=from ')[^']+(?=')/g) ?? [];
  expect(imported.filter((path) => /\/(facts|run|notify)\/|^node:|^@aws-sdk\/(?!util-)/.test(path))).toEqual(
    [],
  );
});
