import type net from 'node:net';
import { Forbidden } from '../../net/network.ts';
import { isCertificateCode } from '../../net/verified-tls.ts';
import type { Redacted } from '../../secrets/redacted.ts';
import { ProviderError, type ProviderErrorReason } from '../provider.ts';

/** Where to log in, over a socket that is connected to a checked address already. */
export interface DatabaseLogin {
  readonly socket: net.Socket;
  /** The certificate must name it. */
  readonly host: string;
  readonly database: string;
  readonly username: string;
  readonly password: Redacted;
  /** PEM certificates trusted instead of the public ones. */
  readonly ca?: string | undefined;
  /** For the server's answer to each statement, and for a lock to be had (ms). */
  readonly silenceMs: number;
}

/** One connection, in one transaction at most. Rejects with the driver's own error. */
export interface Database {
  begin(): Promise<void>;
  /** How many rows the statement met. */
  update(statement: string, values: readonly string[]): Promise<number>;
  commit(): Promise<void>;
  /** Hangs up; what was not committed is gone. Never rejects. */
  close(): Promise<void>;
}

/** How far a change had come. Before `update` nothing can have happened; at `commit` it may have, whatever was said. */
export type Phase = 'log in' | 'update' | 'commit';

/** SQLSTATE classes and codes (PostgreSQL appendix A), and the names that MySQL and MariaDB give to their errors. */
const MEANINGS: readonly (readonly [RegExp, ProviderErrorReason])[] = [
  [/^(28...|42501|ER_\w*ACCESS_DENIED\w*)$/, 'unauthorized'],
  [/^(40...|55P03|57014|ER_LOCK_WAIT_TIMEOUT|ER_LOCK_DEADLOCK)$/, 'unavailable'],
  [/^(08...|53...|57P0.|ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS)$/, 'unavailable'],
  // A digit tells a SQLSTATE from Node's EPIPE.
  [/^((?=.*\d)[0-9A-Z]{5}|ER_\w+)$/, 'refused'],
];
/** A SQLSTATE, a name of MySQL or of Node: nothing else that a server may say in its place. */
const WORD = /^([0-9A-Z]{5}|[A-Z][A-Z0-9_]{2,60})$/;
/** Verified TLS did not come about, so nothing was sent. */
const TLS = /^(ERR_TLS_|ERR_SSL_|HANDSHAKE_)/;

/** A driver's error by its code alone: its text may repeat a value. */
export function failureIn(phase: Phase, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  const code = codeOf(error);
  const reason = reasonFor(phase, code, error);
  const doubt = reason === 'ambiguous' ? '; it may have been done' : '';
  return new ProviderError(
    reason,
    `the database was asked to ${phase}: expected success, got ${code}${doubt}`,
  );
}

/** Instead of a COMMIT. */
export function wrongRows(rows: number): ProviderError {
  const message = `expected 1 row with this login in the password table, got ${rows}; nothing was changed`;
  return new ProviderError('refused', message);
}

function reasonFor(phase: Phase, code: string, error: unknown): ProviderErrorReason {
  if (phase === 'commit') return 'ambiguous';
  if (error instanceof Forbidden || isCertificateCode(code) || TLS.test(code)) return 'refused';
  const meant = MEANINGS.find(([pattern]) => pattern.test(code))?.[1];
  if (meant) return meant;
  // A table without transactions may keep an update whose answer was lost.
  return phase === 'update' ? 'ambiguous' : 'unavailable';
}

function codeOf(error: unknown): string {
  if (error instanceof Forbidden) return `${error.code} not allowed by the network settings`;
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && WORD.test(code) ? code : 'no answer';
}
