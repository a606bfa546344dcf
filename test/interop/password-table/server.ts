import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Daemon } from '../daemon.ts';

/** A database that Dovecot reads its passwords from, with the table `users (login, password)`. */
export interface Server {
  readonly daemon: Daemon;
  readonly port: number;
  /** The `connect` line of Dovecot's SQL configuration. */
  readonly dovecotConnect: string;
  /** A command that runs SQL as the database's own administrator, over its socket, and prints the result. */
  client(sql: string): readonly [program: string, ...args: string[]];
}

export async function run({ client }: Pick<Server, 'client'>, sql: string): Promise<string> {
  const [program, ...args] = client(sql);
  const { stdout } = await promisify(execFile)(program, args);
  return stdout.trim();
}

export interface ServerOptions {
  /** Of its own; readable for the users that the servers run as. */
  readonly folder: string;
  readonly leaf: { readonly key: string; readonly cert: string };
  readonly admin: { readonly username: string; readonly password: string };
}
