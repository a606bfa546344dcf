import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../../functions/smtp/evidence.ts';
import { PHRASES } from '../../../../functions/smtp/verdicts/phrases.ts';
import {
  REPLY_TABLE,
  type ReplyStage,
  type ReplyVerdict,
  replyRow,
} from '../../../../functions/smtp/verdicts/replies.ts';
import { entryOf } from '../../../../functions/smtp/verdicts.ts';
import { AUTH_CASES, type Case, SESSION_CASES } from './reply-cases.ts';

const reply = ([code, enhanced, text]: Case): Reply => ({ code, enhanced, text });
const CASES: readonly (readonly [ReplyStage, Case])[] = [
  ...AUTH_CASES.map((row) => ['auth', row] as const),
  ...SESSION_CASES.flatMap(([stages, row]) => stages.map((stage) => [stage, row] as const)),
];

describe('the reply table', () => {
  it.each(AUTH_CASES)('reads %i %s %s in reply to AUTH as %s', (...row) => {
    expect(replyRow('auth', reply(row)).verdict).toBe(row[3]);
  });

  describe.each(SESSION_CASES)('before AUTH (%j)', (stages, row) => {
    it.each(stages)(`reads ${row.slice(0, 3).join(' ')} at %s as ${row[3]}`, (stage) => {
      expect(replyRow(stage, reply(row)).verdict).toBe(row[3]);
    });
  });

  it('has a case for each of its rows', () => {
    const hit = new Set(CASES.map(([stage, row]) => replyRow(stage, reply(row))));
    expect(REPLY_TABLE.filter((row) => !hit.has(row))).toEqual([]);
  });

  it('names a section of an RFC or a page of a provider for every verdict', () => {
    const rest: readonly Case[] = [
      [535, '4.7.8', '', 'protocol-error'],
      [250, null, '', 'protocol-error'],
    ];
    for (const { reference } of [...REPLY_TABLE, ...rest.map((row) => replyRow('auth', reply(row)))]) {
      const { hostname, pathname, hash } = new URL(reference.url);
      if (hostname === 'www.rfc-editor.org') {
        expect(reference.title).toMatch(/^RFC \d{4}, section \d+(\.\d+)*$/);
        expect(pathname + hash).toMatch(/^\/rfc\/rfc\d{4}#section-\d+(\.\d+)*$/);
      } else {
        expect(hostname).toMatch(/^(docs\.aws\.amazon\.com|learn\.microsoft\.com|support\.google\.com)$/);
        expect(reference.title).toMatch(/\w+ \w+/);
        expect(pathname).toMatch(/^\/\w+\/.+/);
      }
    }
  });

  it('takes a reply whose enhanced code contradicts it for none, at every stage', () => {
    for (const stage of ['greeting', 'ehlo', 'starttls', 'auth'] as const) {
      expect(replyRow(stage, { code: 535, enhanced: '4.7.8', text: '' }).verdict).toBe('protocol-error');
      expect(replyRow(stage, { code: 421, enhanced: '5.7.0', text: '' }).verdict).toBe('protocol-error');
    }
  });
});

const stages = fc.constantFrom<ReplyStage>('greeting', 'ehlo', 'starttls', 'auth');
const wordings = Object.values(PHRASES).map((phrase) => phrase.source.replace(/\(\?:|[()\\b|?]/g, ' '));
const replies: fc.Arbitrary<Reply> = fc.record({
  code: fc.oneof(fc.constantFrom(235, 334, 421, 454, 525, 535), fc.integer({ min: 0, max: 999 })),
  enhanced: fc.option(
    fc.oneof(
      fc.constantFrom('5.7.8', '5.7.139', '5.7.3', '4.7.0', '2.7.0'),
      fc.tuple(fc.constantFrom(2, 4, 5), fc.nat(999), fc.nat(999)).map((parts) => parts.join('.')),
    ),
  ),
  text: fc.oneof(fc.string(), fc.constantFrom(...wordings)),
});

describe('any reply at all', () => {
  it('never makes a credential good, and bad only by a 525 or 535 to AUTH without a contradiction', () => {
    fc.assert(
      fc.property(stages, replies, (stage, any) => {
        const { credential } = entryOf(replyRow(stage, any).verdict);
        const refuses = stage === 'auth' && (any.code === 525 || any.code === 535);
        const agrees = any.enhanced === null || any.enhanced.startsWith('5.');
        expect(credential).not.toBe('good');
        if (credential === 'bad') expect(refuses && agrees, JSON.stringify(any)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('never makes a credential bad once it speaks of throttling, of a limit or of a policy', () => {
    const excuses: readonly string[] = [
      'too many failed attempts',
      'authenticate too many times',
      'Throttling failure',
      'Daily message quota exceeded',
      'try again later',
      'temporarily blocked',
      'security defaults policy',
      'account is locked',
      'not allowed',
    ];
    const said = fc.tuple(fc.string(), fc.constantFrom(...excuses), fc.string());
    fc.assert(
      fc.property(said, ([before, excuse, after]) => {
        const verdict: ReplyVerdict = replyRow('auth', {
          code: 535,
          enhanced: '5.7.8',
          text: `${before} ${excuse} ${after}`,
        }).verdict;
        expect(entryOf(verdict).credential).toBe('unknown');
      }),
    );
  });
});
