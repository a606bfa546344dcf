import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Echoes } from '../../../functions/smtp/echoes/echoes.ts';
import { knownText } from '../../../functions/smtp/known-text.ts';
import { NOTHING_HIDDEN, parseReply, redacted } from '../../../functions/smtp/reply.ts';
import { PHRASES } from '../../../functions/smtp/verdicts/phrases.ts';
import { type ReplyStage, replyRow } from '../../../functions/smtp/verdicts/replies.ts';
import { AUTH_CASES, type Case, SESSION_CASES } from './verdicts/reply-cases.ts';

const shown = (text: string) => knownText(text).shown;

describe('of what a server says', () => {
  it.each([
    // Amazon SES
    'Authentication Credentials Invalid',
    'Authentication successful.',
    'Throttling failure: Maximum sending rate exceeded.',
    // Postfix, Dovecot, Exim
    'Error: authentication failed: UGFzc3dvcmQ6',
    'Error: authentication failed: Invalid authentication mechanism',
    'Incorrect authentication data',
    'Temporary authentication failure',
    'Ready to start TLS',
    // Gmail, Microsoft 365
    'Username and Password not accepted',
    'Application-specific password required',
    'Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant',
    'Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully',
    // SendGrid
    'Authentication failed: The provided authorization grant is invalid, expired, or revoked',
  ])('what servers usually say stays whole: %s', (text) => {
    expect(shown(text)).toBe(text);
  });

  it.each([
    ['mail.example.com ESMTP Postfix (3.8.4)', '… ESMTP Postfix (3.8.4)'],
    ['mx.example.com ESMTP Exim 4.94.2 Tue, 24 Nov 2026 06:00:00 +0000', '… ESMTP Exim 4.94.2 …'],
    ['mx.example.com Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready', null],
    ['mx.example.com ESMTP Sendmail 8.15.2/8.15.2; Tue', '… ESMTP Sendmail 8.15.2 …'],
    ['Authentication failed for ada at 192.0.2.1', 'Authentication failed …'],
    ['The moon is made of green cheese', '…'],
    ['', ''],
    ['Authentication failed. Zq7wKx. Authentication failed', 'Authentication failed … Authentication failed'],
    ['okay lockedness xwelcome', '…'],
    ['a\u0000b\u001b[2J Welcome\u0085', '… Welcome'],
  ])('its own words are left out: %s', (text, expected) => {
    if (expected !== null) expect(shown(text)).toBe(expected);
    else expect(shown(text)).toMatch(/Microsoft ESMTP MAIL Service, Version: 10\.0\.17763\.1697 ready$/);
  });

  it('no more than 300 characters stay, and every wording that a verdict depends on', () => {
    const text = shown(`${'x Authentication failed '.repeat(400)}too many login attempts, locked`);
    expect(text.length).toBeLessThan(400);
    expect(text).toMatch(/too many login attempts.* … locked$/);
  });

  it('no word stays that is not on the list, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('Welcome', 'Authentication failed', 'listed'))),
        (words) => {
          const rest = shown(words.join(' '))
            .replaceAll(
              /(?:welcome|authentication failed|listed|ok|bye|help|size|auth|smtp|plain|login)/gi,
              '',
            )
            .replaceAll('…', '');
          expect(rest).toMatch(/^[\s.,:;!?()/-]*$/);
        },
      ),
    );
  });
});

const CASES: readonly (readonly [ReplyStage, Case])[] = [
  ...AUTH_CASES.map((row) => ['auth', row] as const),
  ...SESSION_CASES.flatMap(([stages, row]) => stages.map((stage) => [stage, row] as const)),
];

describe('the verdict on a reply', () => {
  it.each(CASES)('is the same by what is left of it, and by what was known of it: %s %j', (stage, row) => {
    const [code, enhanced, text, verdict] = row;
    const raw = `${code} ${enhanced ?? ''} ${text}`.replace(/ +/g, ' ').trimEnd();
    const reply = parseReply(raw, NOTHING_HIDDEN) ?? expect.unreachable(raw);
    expect(replyRow(stage, reply).verdict).toBe(verdict);
    const hidden = redacted(reply, reply.text);
    expect(hidden.text).toBe('[redacted]');
    expect(replyRow(stage, hidden).verdict).toBe(verdict);
  });

  it.each(['login', 'too many', 'many login attempts', 'Too many login attempts'])(
    'stays when the password %j is a part of its wording, which is not shown then',
    (password) => {
      const echoes = new Echoes({ secrets: [password], names: [], host: 'mail.example.com' });
      const reply = parseReply('535 5.7.8 Too many login attempts', echoes) ?? expect.unreachable();
      expect(replyRow('auth', reply).verdict).toBe('rate-limited');
      expect(reply.text).toBe('[redacted]');
    },
  );

  it.each([
    ['correct horse too many logins', 'correct horse too many logins is wrong'],
    ['correct horse too many logins', 'CORRECT HORSE TOO MANY LOGINS is wrong'],
    ['policy@example.com', 'no login for policy@example.com'],
    ['Blocked-by-7 spamhaus', 'wrong: Blocked-by-7 spamhaus'],
  ])('is not changed by the password %j that the server repeats', (password, text) => {
    const echoes = new Echoes({ secrets: [password], names: [], host: 'mail.example.com' });
    const reply = parseReply(`535 5.7.8 ${text}`, echoes) ?? expect.unreachable();
    expect(replyRow('auth', reply).verdict).toBe('rejected');
    expect(reply.text).toBe('[redacted]');
  });
});

it('keeps every wording of the reply table, whatever stands around it', () => {
  const wordings = AUTH_CASES.map(([, , text]) => text);
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...wordings), fc.string(), (before, wording, after) => {
      const text = `${before} ${wording} ${after}`;
      const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
      for (const phrase of Object.values(PHRASES)) expect(phrase.test(shown(text))).toBe(phrase.test(line));
    }),
  );
});
