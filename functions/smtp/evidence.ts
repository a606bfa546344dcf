import type { TlsFacts } from '../net/certificate.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { DialStage } from '../net/network.ts';
import type { Phrase } from './verdicts/phrases.ts';

/** The stages of a login in their order; `done` means that the server answered 235. */
export type Stage = DialStage | 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'done';

/** The stages that a server or network can spoil. */
export type BrokenStage = Exclude<Stage, 'done'>;

/** A server's reply: RFC 5321 code, RFC 3463 enhanced code, and of its text what servers are known to say. */
export interface Reply {
  readonly code: number;
  readonly enhanced: string | null;
  readonly text: string;
  /** What the reply table knows of a text that is not shown. */
  readonly wordings?: readonly Phrase[];
}

/** Why a login ended before a 235. `code` is Node's or OpenSSL's own. */
export type Failure =
  /** `tokenStatus`: what the server said of an OAuth 2.0 token before this reply (RFC 7628 section 3.2.2). */
  | { readonly kind: 'reply'; readonly reply: Reply; readonly tokenStatus?: string }
  /** `issuerNamed`: the certificate says where its issuer's is to be had (RFC 5280 section 4.2.2.1). */
  | { readonly kind: 'certificate'; readonly code: string; readonly issuerNamed?: boolean }
  | { readonly kind: 'tls'; readonly code: string }
  | { readonly kind: 'network'; readonly code: string }
  /** Nothing was dialled: the port, or the address that the name led to, is not allowed. */
  | { readonly kind: 'forbidden'; readonly code: 'port' | 'address' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'auth-not-offered' }
  | { readonly kind: 'no-common-mechanism' }
  /** A 235 before the mechanism had come to its end, or a wrong server signature (RFC 5802 section 5). */
  | { readonly kind: 'server-unproven' }
  /** Fewer rounds of hashing than SCRAM-SHA-256 allows, or far more than anybody needs; no proof was sent. */
  | { readonly kind: 'scram-iterations' }
  /** Longer than a response may be (RFC 4954 section 4), so it was not sent. */
  | { readonly kind: 'auth-line-too-long' }
  /** A user name or password that no mechanism can carry. */
  | { readonly kind: 'malformed-secret' }
  | { readonly kind: 'protocol' };

/** Whole milliseconds of each stage that was reached. */
export interface Timings {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly authMs: number | null;
  readonly totalMs: number;
}

export interface StageTime {
  readonly stage: Stage;
  readonly ms: number;
}

/** All that one login attempt showed. Facts only: `resultOf` in login-result.ts decides what they mean. */
export interface LoginEvidence {
  readonly endpoint: Pick<Endpoint, 'host' | 'port' | 'security'>;
  /** The IP address that was connected to; absent when none was. */
  readonly address?: string;
  /** The stage that was under way when the attempt ended. */
  readonly stage: Stage;
  readonly failure: Failure | null;
  /** Whether any AUTH byte left this machine; only ever after verified TLS. */
  readonly authSent: boolean;
  readonly tls: TlsFacts | null;
  /** AUTH mechanisms offered after TLS; null when EHLO was never answered. */
  readonly offered: readonly string[] | null;
  readonly used: string | null;
  /** The access token was new, and issued for this login: a refusal of it says nothing of what it was bought with. */
  readonly tokenIssued?: true;
  /** What is known of the greeting. */
  readonly greeting: string | null;
  readonly reply: Reply | null;
  readonly timings: Timings;
  /** Each stage in the order it was entered, and the milliseconds spent in it; after STARTTLS `ehlo` comes a second time. */
  readonly stages: readonly StageTime[];
}
