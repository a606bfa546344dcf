import type net from 'node:net';
import type { Redacted } from '../../secrets/redacted.ts';

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
