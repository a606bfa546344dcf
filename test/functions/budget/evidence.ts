import type { Credential } from '../../../functions/providers/secret.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { Failure, LoginEvidence } from '../../../functions/smtp/evidence.ts';

/** How a server may answer one login; `not-sent`: the attempt ended before AUTH. */
export type Answer = 'good' | 'refused' | 'unclear' | 'not-sent' | 'throttled' | 'rate-limited';

const reply = (code: number, enhanced: string, text: string): Failure => ({
  kind: 'reply',
  reply: { code, enhanced, text },
});

const FAILURES: Readonly<Record<Answer, Failure | null>> = {
  good: null,
  refused: reply(535, '5.7.8', 'Authentication credentials invalid'),
  unclear: { kind: 'closed' },
  'not-sent': { kind: 'network', code: 'ECONNREFUSED' },
  throttled: reply(454, '4.7.0', 'Throttling failure: too many requests'),
  'rate-limited': reply(454, '4.7.0', 'Too many login attempts, please try again later'),
};

const endpoint = { host: 'mail.example.com', port: 587, security: 'starttls' } as const;
export const credential: Credential = {
  endpoint,
  username: 'ada@mail.example.com',
  password: new Redacted('V8kq2LxZr9Tn4WsB'),
};

export function evidenceOf(answer: Answer): LoginEvidence {
  const failure = FAILURES[answer];
  const accepted = { code: 235, enhanced: '2.7.0', text: 'Authentication successful' };
  const sent = answer !== 'not-sent';
  return {
    endpoint,
    stage: failure === null ? 'done' : sent ? 'auth' : 'connect',
    failure,
    authSent: sent,
    tls: null,
    offered: sent ? ['PLAIN'] : null,
    used: sent ? 'PLAIN' : null,
    greeting: null,
    reply: failure === null ? accepted : failure.kind === 'reply' ? failure.reply : null,
    timings: { dnsMs: 0, connectMs: 0, tlsMs: 0, authMs: 0, totalMs: 0 },
    stages: [],
  };
}
