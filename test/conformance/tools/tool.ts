import { execFile } from 'node:child_process';
import type { Security } from '../../../functions/net/endpoint.ts';
import type { Claim } from '../claims.ts';

export const USERNAME = 'ada';
export const PASSWORD = 'correct horse';
/** How long a tool may take for one login. */
export const PATIENCE_MS = 4_000;

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** PEM certificate to trust, and a file that holds it. */
  readonly ca: string;
  readonly caFile: string;
}

export interface Tool {
  readonly name: string;
  /** Null when it is not installed here. */
  version(): Promise<string | null>;
  claim(target: Target): Promise<Claim>;
}

export interface Finished {
  /** Null when it was ended because it took too long, or is not installed. */
  readonly exitCode: number | null;
  readonly stdout: string;
}

export function run(command: string, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout: PATIENCE_MS * 1.5 }, (error, stdout) => {
      resolve({ exitCode: error ? child.exitCode : 0, stdout });
    });
  });
}

export async function versionOf(command: string, pattern: RegExp): Promise<string | null> {
  const { exitCode, stdout } = await run(command, ['--version']);
  return exitCode === 0 ? (pattern.exec(stdout)?.[1] ?? 'unknown version') : null;
}
