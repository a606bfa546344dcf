import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { oneOf } from '../../../support/share.ts';
import type { Case } from './child.ts';

/** Curves; one of each kind is taken all the same. */
const EVERY = oneOf(40);
/** All of it takes about a minute on two idle cores (ms). */
const LIMIT = 10 * 60_000;

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** In a process of its own, since what is feared ends the process. */
async function survey() {
  const child = spawn(process.execPath, [CHILD, String(EVERY)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const lines = said
    .trim()
    .split('\n')
    .map((line): Case => JSON.parse(line));
  const begun = lines.filter(({ fared }) => !fared);
  const ended = lines.filter(({ fared }) => fared);
  return { begun, ended, end: { code, signal, during: begun.length > ended.length ? begun.at(-1) : null } };
}

describe('certificates with a key on any curve, or of any other kind, in any place of a chain', () => {
  let begun: readonly Case[];
  let ended: readonly Case[];
  let end: unknown;

  beforeAll(async () => {
    ({ begun, ended, end } = await survey());
    console.log(`odd keys: ${ended.length} cases, ${new Set(ended.map(({ key }) => key)).size} keys`);
  }, LIMIT);

  it('end no process, whichever client meets them', () => {
    expect(end).toEqual({ code: 0, signal: null, during: null });
    expect(ended.length).toBe(begun.length);
    expect(ended.length).toBeGreaterThan(EVERY === 1 ? 9600 : 900);
  });

  it('are trusted by no client that does not know their root, and none says a word to it', () => {
    const untrusted = ended.filter(({ trusted, fared }) => !trusted && fared?.verified !== null);
    expect(untrusted.filter(({ fared, heard }) => fared?.verified || heard !== '')).toEqual([]);
    expect(untrusted.length).toBeGreaterThan(0);
  });

  it('are judged alike by every client', () => {
    const verdicts = Map.groupBy(
      ended.filter(({ fared }) => fared?.verified !== null),
      ({ key, role, trusted }) => `${key}, ${role}, ${trusted}`,
    );
    for (const [what, cases] of verdicts)
      expect(new Set(cases.map(({ fared }) => fared?.verified)).size, what).toBe(1);
  });

  it.each(['prime256v1 named', 'brainpoolP256r1 named'])('%s: does its work in each place', (name) => {
    const trusted = ended.filter(({ key, trusted }) => key === name && trusted);
    expect(trusted.filter(({ fared }) => fared?.verified === false)).toEqual([]);
    expect(new Set(trusted.map(({ role }) => role))).toEqual(new Set(['root', 'intermediate', 'leaf']));
  });

  it('that are sent along and cannot be read hide nothing else from the audit', () => {
    const auditing = ended.filter(({ client }) =>
      /^(probe and survey|chain of a mail exchanger)$/.test(client),
    );
    const companions = auditing.filter(({ role }) => role === 'companion');
    for (const { key, client, fared } of companions)
      expect(fared?.said, `${key}, ${client}`).toMatch(/"keyFingerprint256":"[0-9a-f]{64}"|^2 certificates$/);
    expect(companions.length).toBeGreaterThan(0);
  });

  it('are never taken for a fault of the protocol', () => {
    const faults = ended.filter(({ fared }) => fared?.said.includes('"kind":"protocol"'));
    expect(faults.filter(({ client }) => !client.includes('half a line'))).toEqual([]);
  });
});
