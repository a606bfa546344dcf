import type { Redacted } from '../../secrets/redacted.ts';

/** What a mechanism may use of the credential and its endpoint. */
export interface Identity {
  readonly username: string;
  /** A password, or the access token of XOAUTH2 and OAUTHBEARER. */
  readonly password: Redacted;
  readonly host: string;
  readonly port: number;
}

/** One message of the client, before base64. */
export interface Say {
  readonly text: string;
  /** All is said and the server has proven what it must: from here on a 235 is believed, and not before. */
  readonly last: boolean;
  /** The server's status for a token it does not take (RFC 7628 section 3.2.2, Google XOAUTH2): only a refusal may follow. */
  readonly tokenStatus?: string;
}

/** What the server said is not what the mechanism allows: nothing more is sent. */
export type Flaw = 'bad-challenge' | 'server-unproven' | 'scram-iterations' | 'unsendable';

/**
 * A mechanism's side of the dialogue (RFC 4422 section 5): yields what to say next, is given the server's challenge,
 * and returns when a challenge is one that it cannot answer. The first yield is the initial response; null leaves the
 * first word to the server.
 */
export type Exchange = AsyncGenerator<Say | null, Flaw, Buffer>;

export const say = (text: string): Say => ({ text, last: false });

export const sayLast = (text: string): Say => ({ text, last: true });
