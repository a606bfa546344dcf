import type { LoginResult } from '../login-result.ts';

/** All that a verdict says besides its name. */
export type Meaning = Omit<LoginResult, 'verdict'>;

const NEVER = { allowed: false } as const;

export const after = (afterSeconds: number) => ({ allowed: true, afterSeconds });

export const good = (advice: string): Meaning => ({ credential: 'good', advice, retry: NEVER });

export const bad = (advice: string): Meaning => ({ credential: 'bad', advice, retry: NEVER });

/** Without `retry`, trying again changes nothing until a person has acted. */
export const unknown = (advice: string, retry: Meaning['retry'] = NEVER): Meaning => ({
  credential: 'unknown',
  advice,
  retry,
});
