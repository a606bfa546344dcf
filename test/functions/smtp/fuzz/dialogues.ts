import fc from 'fast-check';
import type { Security } from '../../../../functions/net/endpoint.ts';
import type { Credential } from '../../../../functions/providers/secret.ts';
import { extensions } from '../../../support/dialogue-parts.ts';
import { ENDINGS, type Step } from '../../../support/scripted-dialogue.ts';
import { implicitTls } from '../../../support/scripted-server.ts';
import { FINAL_REPLIES, type FinalReply, type Proves } from './final-replies.ts';

export const USERNAME = 'ada@example.com';
export const PASSWORD = 'Tr0ub4dor&3 horse';

/** One dialogue: what the server will say, and how the client is set up. Plain data, so that a failure can be replayed. */
export interface Dialogue {
  readonly security: Security;
  readonly authMethod: Credential['authMethod'];
  readonly steps: readonly Step[];
  /** How often the valid dialogue was spoilt; 0 is as the RFCs have it. */
  readonly spoilt: number;
}

const ANY_LINE = /^/;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const METHODS = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256'] as const;
type Method = (typeof METHODS)[number];

/** What a server asks before it decides. The one for SCRAM cannot be right: it does not know the client's nonce. */
const CHALLENGES: Readonly<Record<Method, readonly string[]>> = {
  PLAIN: [],
  LOGIN: [base64('Username:'), base64('Password:')],
  'CRAM-MD5': [base64('<17.42@mail.example>')],
  'SCRAM-SHA-256': [base64('r=nonce,s=c2FsdA==,i=4096')],
};
const ODD_CHALLENGES = [
  '',
  base64('{"status":"401"}'),
  '%%% no base64 %%%',
  ...Object.values(CHALLENGES).flat(),
];

const finalReply = fc
  .oneof(...(['good', 'bad', 'nothing'] as const).map((proves) => repliesThat(proves)))
  .map(({ text }) => `${text}\r\n`);

function repliesThat(proves: Proves): fc.Arbitrary<FinalReply> {
  return fc.constantFrom(...FINAL_REPLIES.filter((reply) => reply.proves === proves));
}

/** What is offered, what the client is set up for, and what the server answers from AUTH on. */
const exchange = fc
  .record({
    method: fc.constantFrom(...METHODS),
    others: fc.subarray([...METHODS, 'XOAUTH2', 'NTLM']),
    isNamed: fc.boolean(),
    challenges: fc.option(fc.array(fc.constantFrom(...ODD_CHALLENGES), { maxLength: 3 }), { freq: 5 }),
    last: finalReply,
  })
  .map(({ method, others, isNamed, challenges, last }) => ({
    mechanisms: isNamed ? [method, ...others] : [method],
    authMethod: isNamed ? method : undefined,
    answers: [...(challenges ?? CHALLENGES[method]).map((text) => `334 ${text}\r\n`), last],
  }));

const answer = (send: string): Step => ({ expect: ANY_LINE, send });
/** Packets of so many octets; null for one packet. */
const pace = fc.option(fc.integer({ min: 1, max: 9 }), { freq: 5 });

const sound = fc
  .record({
    security: fc.constantFrom<Security>('tls', 'starttls'),
    pipelining: fc.boolean(),
    login: exchange,
    bytes: pace,
  })
  .map(({ security, pipelining, login: { mechanisms, authMethod, answers }, bytes }): Dialogue => {
    const paced = (step: Step): Step => ({ ...step, ...(bytes && { pace: { bytes, everyMs: 0 } }) });
    const greeting: Step = { send: '220 mail.example ESMTP\r\n' };
    const keywords = [...(pipelining ? ['PIPELINING'] : []), `AUTH ${mechanisms.join(' ')}`];
    const underTls = [answer(extensions('SIZE 1000', ...keywords)), ...answers.map(answer)];
    const before: Step[] = [
      greeting,
      answer(extensions('STARTTLS')),
      { ...answer('220 Go ahead\r\n'), upgrade: true },
    ];
    const steps = security === 'tls' ? [implicitTls(), greeting, ...underTls] : [...before, ...underTls];
    return { security, authMethod, steps: steps.map(paced), spoilt: 0 };
  });

/** Changes the step at `at`; `steps` is never empty. */
type Spoil = (steps: readonly Step[], at: number) => readonly Step[];

const onStep =
  (change: (step: Step) => readonly Step[]): Spoil =>
  (steps, at) =>
    steps.flatMap((step, index) => (index === at ? change(step) : [step]));

/**
 * In one packet from now on: a reply before its question can only be told from one after it while both are in one
 * packet. Two packets may cross the question on their way, and then no client in the world can tell.
 */
const onText = (change: (text: string) => string): Spoil =>
  onStep(({ pace: _, ...step }) => [
    ENDINGS.some((ending) => ending === step.send) ? step : { ...step, send: change(String(step.send)) },
  ]);

/** The next reply comes along with this one, before its question. */
const early: Spoil = (steps, at) => {
  const [step, next] = [steps[at], steps[at + 1]];
  if (!step || !next || step.upgrade) return steps;
  const { pace: _, ...both } = { ...step, ...next, send: `${step.send}${next.send}` };
  const asked = step.expect ? { ...both, expect: step.expect } : both;
  return [...steps.slice(0, at), asked, ...steps.slice(at + 2)];
};

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\0',
    '\r',
    '\n',
    '\r\n',
    '\u001b[2J',
    'ü\u0080',
    '250 ',
    '235 ok\r\n',
    '535 no\r\n',
    '421 bye\r\n',
  ),
  fc.constantFrom(PASSWORD, USERNAME, base64(`\0${USERNAME}\0${PASSWORD}`), base64(PASSWORD)),
  fc.nat(20_000).map((length) => 'x'.repeat(length)),
);
const code = fc.integer({ min: 200, max: 599 }).map(String);

/** Everything that may be done to one step of a dialogue. */
const spoil: fc.Arbitrary<Spoil> = fc.oneof(
  fc.constant(onStep(() => [])),
  fc.constant(onStep((step) => (step.expect ? [step, step] : [step]))),
  fc.constant(early),
  fc.constantFrom(...ENDINGS).map((send) => onStep((step) => [{ ...step, send }])),
  fc.constantFrom(...ENDINGS).map((send) => onStep((step) => [step, { send }])),
  finalReply.map((reply) => onText(() => reply)),
  finalReply.map((reply) => onText((text) => text + reply)),
  code.map((other) => onText((text) => text.replaceAll(/^\d{3}/gm, other))),
  code.map((other) => onText((text) => text.replace(/^\d{3}/, other))),
  fc.nat(60).map((length) => onText((text) => text.slice(0, length))),
  fc.tuple(fc.nat(80), noise).map(([at, text]) => onText((old) => old.slice(0, at) + text + old.slice(at))),
  fc.constant(onText((text) => text.replaceAll('\r\n', '\n'))),
  fc.constant(onText((text) => text.replace(/^(\d{3}) /, '$1-'))),
  fc.boolean().map((upgrade) => onStep((step) => [{ ...step, upgrade }])),
);

/** Valid dialogues, and valid ones that were spoilt in one to three places. */
export const dialogue: fc.Arbitrary<Dialogue> = fc
  .tuple(sound, fc.array(fc.tuple(fc.nat(99), spoil), { maxLength: 3 }))
  .map(([valid, changes]) =>
    changes.reduce<Dialogue>(
      ({ steps, spoilt, ...rest }, [at, change]) => ({
        ...rest,
        steps: steps.length > 0 ? change(steps, at % steps.length) : steps,
        spoilt: spoilt + 1,
      }),
      valid,
    ),
  );
