import { describe, expect, it } from 'vitest';
import { type Books, balance, balanceLines } from '../../../sandbox/chaos/balance.ts';

const mail = (subject: string) => ({ raw: `From: a@example.com\r\nSubject: ${subject}\r\n\r\nChaos.` });
const counts = { 'crash-before': 1, 'crash-after': 2, 'lost-request': 3, 'lost-answer': 4 };

const books = (part: Partial<Books> = {}): Books => ({
  rotated: { rotations: 2, tries: 3 },
  retireRuns: { all: 5, failed: 1 },
  applications: {
    documented: [
      { accepted: ['a 1', 'a 2'], losses: [], reads: () => 3 },
      { accepted: ['b 1'], losses: [], reads: () => 1 },
    ],
    control: { accepted: ['c 1'], losses: [{ subject: 'c 2', at: new Date(0), why: '535' }] },
  },
  faults: [
    { calls: 10, counts },
    { calls: 5, counts },
  ],
  deliveries: ['a 1', 'a 2', 'b 1', 'c 1', 'the last message'].map(mail),
  keyIds: ['AKIA1'],
  current: { username: 'AKIA1' },
  ...part,
});

describe('the balance of a run', () => {
  it('adds up what was done', () => {
    expect(balance(books())).toMatchObject({
      rotations: 2,
      rotationTries: 3,
      awsCalls: 15,
      faults: { 'crash-before': 2, 'crash-after': 4, 'lost-request': 6, 'lost-answer': 8 },
      sends: 3,
      refreshes: 2,
      controlSends: 2,
      controlLosses: 1,
      violations: [],
    });
    expect(balanceLines(balance(books()))).toContain('6 crashes: 2 before a call, 4 after it');
    expect(balanceLines(balance(books())).at(-1)).toBe('0 messages lost, 0 credentials lost, 0 keys leaked');
  });

  it.each([
    [
      'a message that was accepted and did not arrive',
      { deliveries: ['a 1', 'b 1', 'c 1'].map(mail) },
      'a 2',
    ],
    [
      'a message that arrived twice',
      { deliveries: ['a 1', 'a 2', 'a 2', 'b 1', 'c 1'].map(mail) },
      'a 2 was accepted once and arrived 2 times',
    ],
    ['a key that is in no secret', { keyIds: ['AKIA1', 'AKIA2'] }, 'leaked: the access key AKIA2'],
    ['a current credential that does not exist', { keyIds: [] }, 'AKIA1 in AWSCURRENT does not exist'],
  ])('finds %s', (_, part, violation) => {
    expect(balance(books(part)).violations).toEqual([expect.stringContaining(violation)]);
  });

  it('finds a message that was lost, but not one of the control', () => {
    const { control } = books().applications;
    const losses = [{ subject: 'a 2', at: new Date(0), why: 'Error: 535' }];
    const documented = [{ accepted: ['a 1'], losses, reads: () => 1 }];
    const lossy = balance(books({ applications: { documented, control } }));
    expect(lossy).toMatchObject({ lostSends: 1, sends: 2 });
    expect(lossy.violations).toEqual(['lost: a 2 at 1970-01-01T00:00:00.000Z: Error: 535']);
  });
});
