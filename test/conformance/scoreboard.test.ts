import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours/all.ts';
import { claimOfCurl, claimOfNodemailer, claimOfSmtplib, claimOfSwaks } from './claims.ts';
import { mark } from './score.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

describe('the scoreboard', () => {
  it('in the README is the one that was measured last (`npm run conformance`)', async () => {
    expect(await read('../../README.md')).toContain(await read('scoreboard.md'));
  });

  it('was measured with all behaviours, and Keyturn was right about them', async () => {
    const total = BEHAVIOURS.length;
    expect(await read('scoreboard.md')).toContain(`| Keyturn | ${total} of ${total} | 0 | 0 | 0 |`);
  });
});

describe('a mark', () => {
  const [behaviour] = BEHAVIOURS;
  const given = (truth: Behaviour['truth']) => ({ ...(behaviour as Behaviour), truth });

  it.each([
    ['works', 'works', 'right'],
    ['works', 'does not work', 'wrong'],
    ['works', 'no claim', 'no answer'],
    ['does not work', 'works', 'wrong'],
    ['does not work', 'no claim', 'no answer'],
    ['cannot be known', 'works', 'wrong'],
    ['cannot be known', 'does not work', 'wrong'],
    ['cannot be known', 'no claim', 'right'],
  ] as const)('where it %s and a tool says %s: %s', (truth, claim, expected) => {
    expect(mark({ behaviour: given(truth), claim })).toBe(expected);
  });
});

describe('a claim', () => {
  it('is read off the documented answers of each tool, with a passing failure as none where the tool tells it', () => {
    expect([0, 28, 29, 2, null].map(claimOfSwaks)).toEqual([
      'works',
      'does not work',
      'no claim',
      'no claim',
      'no claim',
    ]);
    expect([0, 67, 60, 28, null].map(claimOfCurl)).toEqual([
      'works',
      'does not work',
      'no claim',
      'no claim',
      'no claim',
    ]);
    expect(claimOfNodemailer(true)).toBe('works');
    expect(claimOfNodemailer({ code: 'EAUTH', permanent: true })).toBe('does not work');
    expect(claimOfNodemailer({ code: 'EAUTH', permanent: false })).toBe('no claim');
    expect(claimOfNodemailer({ code: 'ESOCKET' })).toBe('no claim');
    expect(claimOfSmtplib({ raised: null })).toBe('works');
    expect(claimOfSmtplib({ raised: 'SMTPAuthenticationError', smtpCode: 535 })).toBe('does not work');
    expect(claimOfSmtplib({ raised: 'SMTPAuthenticationError', smtpCode: 454 })).toBe('no claim');
    expect(claimOfSmtplib({ raised: 'SMTPNotSupportedError' })).toBe('no claim');
  });
});
