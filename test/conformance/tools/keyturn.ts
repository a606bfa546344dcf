import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { Judgement } from '../../../functions/smtp/judgement.ts';
import { login } from '../../../functions/smtp/login.ts';
import { judge } from '../../../functions/smtp/verdict.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import type { Claim } from '../claims.ts';
import { PASSWORD, type Target, type Tool, USERNAME } from './tool.ts';

const CLAIMS: Readonly<Record<Judgement['credential'], Claim>> = {
  good: 'works',
  bad: 'does not work',
  unknown: 'no claim',
};

export async function judgementOf(target: Omit<Target, 'caFile'>, budgetMs: number): Promise<Judgement> {
  const { host, port, security, ca } = target;
  const endpoint = { host, port, security, ca };
  const credential = { endpoint, username: USERNAME, password: new Redacted(PASSWORD) };
  return judge(await login(credential, budgetMs, loopbackNetwork(target)));
}

export const keyturn: Tool = {
  name: 'Keyturn',
  version: async () => '',
  claim: async (target) => CLAIMS[(await judgementOf(target, 2_000)).credential],
};
