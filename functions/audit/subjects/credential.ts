import type { DomainFacts } from '../../mail-domain/domains.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import type { Credential, ParsedSecret } from '../../providers/secret.ts';
import type { SecretDescription } from '../../secrets/description.ts';
import type { Reply } from '../../smtp/evidence.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { ServerFacts, SessionFacts } from '../../smtp/probe/facts.ts';
import type { Relay } from '../../smtp/probe/misuse.ts';
import type { Verdict } from '../../smtp/verdicts.ts';
import type { Remembered, RememberedServer } from '../../table/items.ts';
import {
  type Check,
  decide,
  fail,
  type Gathered,
  missing,
  notApplicable,
  type Outcome,
  pass,
  type UnknownReason,
  unknown,
} from '../check.ts';
import type { AuditSettings } from '../settings.ts';
import type { AccountFacts } from './account.ts';
import type { Decision, SecretPolicy, SmtpUser } from './iam.ts';
import type { SendingIdentity } from './ses.ts';

/** What the current version holds; `empty` before the first rotation of a secret without a value. */
export type SecretContent = ParsedSecret | { readonly kind: 'empty' };

/** What was said in the session of the login: the reply to each step, null for those it did not come to. */
export interface Rehearsal {
  /** To MAIL FROM with the sender of the secret; taken back with RSET. */
  readonly sender: Reply | null;
  /** The last reply of a whole message, or the first refusal; null when none was sent. */
  readonly canary: Reply | null;
  /** The answer to a message that ends with a bare line feed; `none` when the server went on waiting, as it must. */
  readonly bareLf: Reply | 'none' | null;
}

/** The credential that the last rotation replaced. */
export type PreviousCredential =
  | { readonly kind: 'not-tried'; readonly because: string }
  /** Its provider lists it as active; a login would tell no more. */
  | { readonly kind: 'active' }
  /** One login with it. */
  | { readonly kind: 'tried'; readonly outcome: LoginOutcome };

/** Null: off. */
export interface OptInFacts {
  /** A login that must fail. */
  readonly negativeControl: Gathered<LoginOutcome> | null;
  /** `no-recipient`: the owner named none, so there is nobody to relay to. */
  readonly openRelay: Gathered<Relay> | 'no-recipient' | null;
}

/** The customer-managed KMS key of a secret. */
export interface EncryptionKey {
  /** Enabled, Disabled, PendingDeletion and others, as KMS says it. */
  readonly state: string;
  /** KMS makes new key material by itself, once a year unless told otherwise. */
  readonly rotates: boolean;
}

export const NOT_ASKED = missing('not-reached', 'there is nothing to ask for');

/** What the AWS API says of one credential; NOT_ASKED where there is nothing to ask for. */
export interface AwsFacts {
  readonly policy: Gathered<SecretPolicy>;
  /** Of the secret, if it names one of its own. */
  readonly key: Gathered<EncryptionKey>;
  /** Null: no identity covers the sender. */
  readonly identity: Gathered<SendingIdentity | null>;
  readonly user: Gathered<SmtpUser>;
  readonly simulated: Gathered<Decision>;
  /** How often the password stands in known breaches; null: the owner has not switched the lookup on. */
  readonly breaches: Gathered<number> | null;
}

/** All that the rules may look at for one credential. It holds the password (redacted) and never leaves memory. */
export interface CredentialFacts {
  /** Milliseconds since 1970. */
  readonly examinedAt: number;
  readonly settings: AuditSettings;
  readonly description: SecretDescription;
  readonly content: Gathered<SecretContent>;
  readonly login: Gathered<LoginOutcome>;
  /** What was said after the login, in its session. */
  readonly rehearsal: Rehearsal;
  readonly previous: Gathered<PreviousCredential>;
  readonly optIn: OptInFacts;
  readonly server: Gathered<ServerFacts>;
  readonly keys: Gathered<readonly IssuedCredential[]>;
  readonly account: AccountFacts;
  readonly aws: AwsFacts;
  /** The domain that it sends as. */
  readonly domain: Gathered<DomainFacts>;
  /** What the last audit saw; null for a credential that was never examined before. */
  readonly history: Remembered | null;
}

/** Where a secret says to log in, if it says so at all. */
export function endpointOf(secret: SecretContent | undefined): Endpoint | undefined {
  if (secret?.kind === 'credential') return secret.credential.endpoint;
  return secret?.kind === 'seed' ? secret.endpoint : undefined;
}

/** Whether a person makes each new credential; false when nobody can tell. */
export function isManual(content: CredentialFacts['content']): boolean {
  if (!content.known) return false;
  const named = content.value.kind === 'credential' ? content.value.credential : content.value;
  return 'provider' in named && named.provider?.type === 'manual';
}

const NO_LOGIN_YET = notApplicable('No user name and password yet: the first rotation makes them.');
const UNREADABLE = unknown('not-reached', 'The secret is malformed; see `secret.shape`.');

/** For rules that need a whole credential. */
export function onCredential(
  rule: (credential: Credential, facts: CredentialFacts) => Outcome,
): Check['rule'] {
  return (facts) =>
    decide(facts.content, (content) => {
      if (content.kind === 'malformed') return UNREADABLE;
      return content.kind === 'credential' ? rule(content.credential, facts) : NO_LOGIN_YET;
    });
}

/** For rules on the place of login, which a secret may name before it has a password. */
export function onEndpoint(rule: (endpoint: Endpoint, facts: CredentialFacts) => Outcome): Check['rule'] {
  return (facts) =>
    decide(facts.content, (content) => {
      if (content.kind === 'malformed') return UNREADABLE;
      if (content.kind === 'empty') return notApplicable('No server yet: the secret has no value.');
      return rule(content.kind === 'credential' ? content.credential.endpoint : content.endpoint, facts);
    });
}

const REASONS: Partial<Record<Verdict, UnknownReason>> = {
  throttled: 'throttled',
  'rate-limited': 'throttled',
  temporary: 'temporary',
  'tls-unavailable': 'temporary',
  unavailable: 'temporary',
  'quota-exceeded': 'throttled',
  'daily-quota-exceeded': 'throttled',
  'rejected-or-disabled': 'refused',
  'token-refused': 'refused',
  'token-not-accepted': 'refused',
  'token-unavailable': 'temporary',
  'held-back': 'held-back',
  'rejected-unconfirmed': 'unconfirmed',
  'egress-blocked': 'egress-blocked',
  'port-not-allowed': 'not-allowed',
  'address-not-allowed': 'not-allowed',
  'dns-not-found': 'unreachable',
  'dns-failed': 'unreachable',
  refused: 'unreachable',
  unreachable: 'unreachable',
  'protocol-error': 'protocol-error',
  'scram-iterations': 'protocol-error',
  'ip-refused': 'refused',
  'server-refused': 'refused',
  'tls-failed': 'tls-failed',
  'tls-too-old': 'tls-failed',
  'tls-client-certificate-required': 'tls-failed',
  'tls-mode-mismatch:plain-spoken': 'tls-failed',
  'tls-mode-mismatch:tls-expected': 'tls-failed',
};

/** Why a verdict that is neither good nor bad says nothing of the credential. */
export function reasonOf(verdict: Verdict): UnknownReason {
  if (verdict.startsWith('timeout:')) return 'timeout';
  if (verdict.startsWith('closed:')) return 'closed';
  if (verdict.startsWith('tls-untrusted:')) return 'tls-failed';
  return REASONS[verdict] ?? 'not-reached';
}

/** What a reply says about the step that it answers. */
export function replyOutcome(reply: Reply, step: string): Outcome {
  const { code, enhanced, text } = reply;
  const evidence = `${step} was answered with "${[code, enhanced, text].filter(Boolean).join(' ')}".`;
  if (code >= 200 && code < 300) return pass(evidence);
  return code >= 500 ? fail(evidence) : unknown('temporary', evidence);
}

export function onServer(rule: (server: ServerFacts, endpoint: Endpoint) => Outcome): Check['rule'] {
  return onEndpoint((endpoint, { server }) => decide(server, (facts) => rule(facts, endpoint)));
}

/** For rules on what is said before STARTTLS; implicit TLS says nothing in clear. */
export function onStarttls(rule: (server: ServerFacts, endpoint: Endpoint) => Outcome): Check['rule'] {
  return onServer((server, endpoint) =>
    endpoint.security === 'starttls'
      ? rule(server, endpoint)
      : notApplicable('TLS from the first byte: nothing is said in clear.'),
  );
}

export function onSession(rule: (session: SessionFacts, endpoint: Endpoint) => Outcome): Check['rule'] {
  return onServer((server, endpoint) =>
    server.session ? rule(server.session, endpoint) : notSeen(server, 'There was no TLS session'),
  );
}

/** What the last audit saw of the same server; undefined when there was none, or the secret named another. */
export function seenBefore(
  { history }: Pick<CredentialFacts, 'history'>,
  { host, port }: Endpoint,
): RememberedServer | undefined {
  const server = history?.server;
  return server?.host === host.toLowerCase() && server.port === port ? server : undefined;
}

/** A fact that the probe did not come to. */
export function notSeen({ interrupted }: ServerFacts, what: string): Outcome {
  if (!interrupted) return unknown('not-reached', `${what}: the server offers no STARTTLS.`);
  return unknown(interrupted.reason, `${what}: ${interrupted.code}.`);
}
