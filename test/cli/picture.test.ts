import { stripVTControlCharacters, styleText } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiJson, type Paint } from '../../cli/picture/page.ts';
import { validationPicture } from '../../cli/picture/validation.ts';
import type { Answer } from '../../cli/validate.ts';
import type { LoginEvidence, StageTime } from '../../functions/smtp/evidence.ts';
import { resultOf } from '../../functions/smtp/login-result.ts';

const WITHOUT_COLOUR: Paint = (_style, text) => text;
const IN_COLOUR: Paint = (style, text) => styleText(style, text, { validateStream: false });
/** All that can move a cursor, start an escape sequence or turn text around (Unicode general category C). */
const ACTS_ON_TERMINAL = /[\p{C}\p{Zl}\p{Zp}]/u;

const stages = (...names: readonly StageTime['stage'][]) =>
  names.map((stage, index) => ({ stage, ms: 10 * index }));

const GOOD: LoginEvidence = {
  endpoint: { host: 'mail.example.com', port: 587, security: 'starttls' },
  stage: 'done',
  failure: null,
  authSent: true,
  tls: {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    group: 'X25519MLKEM768',
    certificate: {
      subject: 'CN=mail.example.com',
      issuer: 'C=US, O=Example, CN=Example Issuing Authority G2',
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2026-12-31T00:00:00.000Z',
      daysLeft: 37,
      fingerprint256: Array(32).fill('AB').join(':'),
      keyType: 'ec',
      keyBits: 256,
    },
  },
  offered: ['PLAIN', 'LOGIN'],
  used: 'PLAIN',
  greeting: 'mail.example.com ESMTP',
  reply: { code: 235, enhanced: '2.7.0', text: 'Authentication successful' },
  timings: { dnsMs: 0, connectMs: 10, tlsMs: 50, authMs: 70, totalMs: 280 },
  stages: stages('dns', 'connect', 'greeting', 'ehlo', 'starttls', 'tls', 'ehlo', 'auth', 'done'),
};

function draw(evidence: LoginEvidence, paint = WITHOUT_COLOUR, columns = 80): string {
  const { endpoint, timings, authSent } = evidence;
  const answer: Answer = {
    ...{ secretId: null, versionId: null, checkedAt: '2026-11-24T00:00:00.000Z', ...resultOf(evidence) },
    ...{ authSent, endpoint, tls: null, auth: null, reply: null, timings },
  };
  return validationPicture(answer, evidence, columns, paint);
}

it('shows each stage, the certificate, the mechanisms, the reply and the verdict', () => {
  expect(draw(GOOD)).toMatchInlineSnapshot(`
    "server        mail.example.com:587, STARTTLS

    ✔ dns            0 ms  ▏
    ✔ connect       10 ms  ██
    ✔ greeting      20 ms    ███
    ✔ ehlo          30 ms       ████
    ✔ starttls      40 ms           ██████
    ✔ tls           50 ms                 ████████
    ✔ ehlo          60 ms                         █████████
    ✔ auth          70 ms                                  ███████████
      total        280 ms

    greeting      mail.example.com ESMTP
    TLS           TLSv1.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768
    certificate   CN=mail.example.com
    issued by     C=US, O=Example, CN=Example Issuing Authority G2
    valid         2026-01-01 to 2026-12-31, 37 days left
    SHA-256       AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:
                  AB:AB:AB:AB:AB:AB:AB:AB:AB:AB
    mechanisms    PLAIN LOGIN
    login         tried with PLAIN
    last reply    235 2.7.0 Authentication successful

    ✔ good: valid
    Nothing to do: the server accepted this login over verified TLS.
    RFC 4954, section 4: https://www.rfc-editor.org/rfc/rfc4954#section-4
    "
  `);
});

describe('the dialogue', () => {
  it('marks where it stopped, and what was not reached', () => {
    const failure = { kind: 'certificate', code: 'CERT_HAS_EXPIRED' } as const;
    const reached = stages('dns', 'connect', 'greeting', 'ehlo', 'starttls', 'tls');
    const drawn = draw({
      ...GOOD,
      failure,
      stage: 'tls',
      stages: reached,
      tls: null,
      authSent: false,
      offered: null,
    });
    expect(drawn.split('\n').slice(2, 10)).toMatchInlineSnapshot(`
      [
        "✔ dns            0 ms  ▏",
        "✔ connect       10 ms  ███",
        "✔ greeting      20 ms     ██████",
        "✔ ehlo          30 ms           ████████",
        "✔ starttls      40 ms                   ████████████",
        "✘ tls           50 ms                               ██████████████  stopped here",
        "· ehlo       not reached",
        "· auth       not reached",
      ]
    `);
  });

  it('draws no bar beyond its place, however the times are', () => {
    const time = fc.oneof(fc.constant(0), fc.nat(3), fc.nat(40_000));
    fc.assert(
      fc.property(
        fc.array(time, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 40, max: 80 }),
        (times, columns) => {
          const all = GOOD.stages.slice(0, times.length);
          const drawn = draw(
            { ...GOOD, stages: all.map(({ stage }, index) => ({ stage, ms: times[index] ?? 0 })) },
            WITHOUT_COLOUR,
            columns,
          );
          const bars = drawn.split('\n').filter((line) => / ms {2}/.test(line));
          expect(bars).toHaveLength(times.length);
          for (const line of bars) expect(line).toMatch(/^✔ [a-z]+ +\d+ ms {2} *[█▏]+$/);
          expect(Math.max(...bars.map((line) => line.length))).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

describe('a server’s text', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom('\u001b[', '\u009b', '\r', '\n', '\u202e', '漢', '🔑', ' ', 'a'),
      maxLength: 300,
    }),
  );

  it('never acts on the terminal, and never makes a line wider than it', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 40, max: 80 }), (text, columns) => {
        const drawn = draw(saying(text), WITHOUT_COLOUR, columns);
        for (const line of drawn.split('\n')) {
          expect(line).not.toMatch(ACTS_ON_TERMINAL);
          expect(columnsOf(line)).toBeLessThanOrEqual(columns);
        }
      }),
    );
  });

  it('is shown as what it is: an escape sequence is written out', () => {
    expect(draw({ ...GOOD, greeting: '\u001b[2J\u009b31mhi\u202e' })).toContain(
      '\\u{1b}[2J\\u{9b}31mhi\\u{202e}',
    );
  });

  it('stays harmless in JSON, which gives it back unchanged', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const json = asciiJson({ text });
        expect(json).toMatch(/^[\n -~]*$/);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});

it('colour adds nothing: without it every word and mark is the same', () => {
  const coloured = draw(GOOD, IN_COLOUR);
  expect(coloured).not.toBe(draw(GOOD));
  expect(stripVTControlCharacters(coloured)).toBe(draw(GOOD));
});

/** A login to a server that says `text` wherever it can say anything. */
function saying(text: string): LoginEvidence {
  const { tls } = GOOD;
  if (!tls) throw new Error('a good login has TLS');
  const certificate = { ...tls.certificate, subject: text, issuer: text };
  return {
    ...GOOD,
    tls: { ...tls, protocol: text, cipher: text, group: text, certificate },
    greeting: text,
    offered: [text],
    used: text,
    reply: { code: 235, enhanced: null, text },
  };
}

/** Two columns each; the halfwidth forms of Katakana and Hangul (U+FF61 to U+FFDC) take one. */
const WIDE =
  /[[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]--[\uff61-\uffdc]]|\p{Emoji_Presentation}/v;

/** Told apart from the code under test. */
function columnsOf(line: string): number {
  const graphemes = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment);
  return graphemes.reduce((sum, grapheme) => sum + (WIDE.test(grapheme) ? 2 : 1), 0);
}
