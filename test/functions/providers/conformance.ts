import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { ProviderErrorReason } from '../../../functions/providers/provider.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { type SmtpTestServer, startSmtpServer } from '../../support/smtp-servers.ts';

/** What can go wrong with one request. After those in `LOST` it was carried out, and nobody was told. */
export type Fault = 'unauthorized' | 'rate-limited' | 'broken' | 'slow' | Lost;
type Lost = 'unanswered' | 'half' | 'silent' | 'garbage';

export const LOST: readonly Lost[] = ['unanswered', 'half', 'silent', 'garbage'];

/** A provider with a local server that it talks to, started anew for each test. */
export interface Subject {
  /** Makes each of the next `times` requests go wrong. */
  fail(fault: Fault, times?: number): void;
  /** How many requests that change something the server has seen. */
  writes(): number;
  /** Why a call was rejected, in the words of `ProviderError`. */
  reasonOf(error: unknown): ProviderErrorReason;
  /** Every secret there is: none may stand in an error. */
  secrets(): readonly string[];
  /** What the provider's SMTP server says of a login. */
  accepts(username: string, password: string): boolean;
  close(): Promise<void>;
}

/** The reason of a rejection, in which no secret stands. Fails when the call was not rejected. */
export async function rejection(subject: Subject, call: Promise<unknown>): Promise<ProviderErrorReason> {
  const error = await call.then(
    () => expect.fail('expected the call to be rejected'),
    (rejected: unknown) => rejected,
  );
  const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null });
  for (const secret of subject.secrets()) expect(shown).not.toContain(secret);
  return subject.reasonOf(error);
}

/** A real SMTP server that asks the subject about each login. */
export function smtpSideOf(subject: Subject): Promise<SmtpTestServer> {
  return startSmtpServer({
    security: 'tls',
    users: {},
    onAuth: ({ username, password = '' }) =>
      subject.accepts(username, password)
        ? { code: 235, text: '2.7.0 Authentication successful' }
        : undefined,
  });
}

/** The verdict of one login over verified TLS. */
export async function loginVerdict(
  server: SmtpTestServer,
  username: string,
  password: string,
): Promise<string> {
  const { host, port, security, ca } = server;
  const credential = { endpoint: { host, port, security, ca }, username, password: new Redacted(password) };
  return resultOf(await login(credential, 5000, loopbackNetwork(server))).verdict;
}
