import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPT_IN_CHECKS } from '../../functions/audit/settings.ts';
import { readConfig } from '../../infra/config/config.ts';

const page = readFileSync('docs/settings.md', 'utf8');
const rows = [...page.matchAll(/^\| `([\w-]+)` \| (.+?) \|/gm)].map(([, key = '', value = '']) => [
  key,
  value,
]);
const shown = (value: unknown) => (value === undefined ? 'none' : `\`${JSON.stringify(value)}\``);

describe('docs/settings.md', () => {
  const defaults: Record<string, unknown> = readConfig({});

  it('has every setting with its default', () => {
    const settings = new Map(rows.map(([key, value]) => [key, value]));
    for (const [key, value] of Object.entries(defaults))
      expect([key, settings.get(key)]).toEqual([key, shown(value)]);
  });

  it('has no setting that is none', () => {
    const ownOnes = rows.map(([key = '']) => key).filter((key) => !(key in defaults));
    const withoutDefault = ownOnes.filter((key) => !OPT_IN_CHECKS.some((check) => check === key));
    for (const key of withoutDefault) {
      expect(() => readConfig({ [key]: Symbol('neither') }), key).not.toThrow('no such setting');
      expect(() => readConfig({ [key]: Symbol('neither') }), key).toThrow(`keyturn.${key}`);
    }
    expect(withoutDefault).toEqual(['alertEmail', 'passwordTables', 'digestFrom']);
  });

  it('tells what each test does that a host has to be opened for', () => {
    expect(rows.map(([key]) => key)).toEqual(expect.arrayContaining([...OPT_IN_CHECKS]));
  });
});
