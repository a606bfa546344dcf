import { inject } from 'vitest';
import { accessToken } from '../accounts.ts';
import { type Attempt, logIn, portOf, prove, type Where } from '../attempt.ts';
import { Client } from '../client.ts';
import { variantName } from '../servers.ts';
import type { Before, Behaviour } from './behaviour.ts';

const { accounts } = inject('interop');

export const WRONG = `${accounts.password}-wrong`;

/** Brings the server into the state that the behaviour is about, logs in, and checks the verdict. */
export async function behave(side: Where, behaviour: Behaviour): Promise<void> {
  const { before, secret, verdict, authSent, as, username, authMethod, budgetMs } = behaviour;
  const target = { ...side, variant: variantName(behaviour, side.security) };
  const undo = before && (await prepare(before, { ...target, budgetMs }));
  try {
    const password = secret && SECRETS[secret]();
    const expected = typeof verdict === 'string' ? verdict : verdict[side.security];
    await prove({ ...target, as, username, authMethod, budgetMs, password }, { verdict: expected, authSent });
  } finally {
    undo?.();
  }
}

const SECRETS: Record<NonNullable<Behaviour['secret']>, () => string> = {
  wrong: () => WRONG,
  'expired token': () => accessToken(accounts, { expiresIn: -60 }),
  'endless token': () => accessToken(accounts, { claims: { padding: 'x'.repeat(12_000) } }),
  'long token': () => accessToken(accounts, { claims: { padding: 'x'.repeat(4000) } }),
};

const LOGINS: Partial<Record<Before, readonly string[]>> = {
  'a login': [accounts.password],
  'two logins': [accounts.password, accounts.password],
  'a failed login': [WRONG],
};

type Target = Pick<Attempt, 'server' | 'security' | 'variant' | 'budgetMs'>;

/** Makes it so that the next login is not the first; returns what to do after it. */
async function prepare(before: Before, target: Target): Promise<() => void> {
  const passwords = LOGINS[before];
  for (const password of passwords ?? []) await logIn({ ...target, password });
  if (passwords) return () => {};
  const security = before === 'an open session' ? 'tls' : target.security;
  const client = await Client.connect(portOf({ ...target, security }), security);
  if (before === 'an open session') await client.authenticate(accounts);
  return () => client.close();
}
