import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { type LoginResult, resultOf } from '../../../functions/smtp/login-result.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import type { Claim } from '../claims.ts';
import { PASSWORD, type Target, type Tool, USERNAME } from './tool.ts';

const CLAIMS: Readonly<Record<LoginResult['credential'], Claim>> = {
  good: 'works',
  bad: 'does not work',
  unknown: 'no claim',
};

export async function resultWith(target: Omit<Target, 'caFile'>, budgetMs: number): Promise<LoginResult> {
  const { host, port, security, ca } = target;
  const endpoint = { host, port, security, ca };
  const credential = { endpoint, username: USERNAME, password: new Redacted(PASSWORD) };
  return resultOf(await login(credential, budgetMs, loopbackNetwork(target)));
}

export const keyturn: Tool = {
  name: 'Keyturn',
  version: async () => '',
  claim: async (target) => CLAIMS[(await resultWith(target, 2_000)).credential],
};
