import { describe, expect, it } from 'vitest';
import { attempt } from '../../../functions/budget/attempt.ts';
import type { LoginResult } from '../../../functions/smtp/login-result.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { type Answer, credential } from './evidence.ts';
import { ScriptedProver } from './scripted-prover.ts';

const VICTIM = '192.0.2.5';
const ATTACKER = '198.51.100.7';
const BUDGET_MS = 20_000;
const refusals = Array<Answer>(4).fill('refused');
const at = (host: string) => ({ ...credential, endpoint: { ...credential.endpoint, host } });

function logIn(process: ScriptedProver, host: string, secretArn: string): Promise<LoginResult> {
  const prover = { ...process.prover, limits: { ...process.prover.limits, hostFailures: 8 } };
  const tried = { credential: at(host), secretArn, budgetMs: BUDGET_MS };
  return attempt(prover, tried).then(({ result }) => result);
}

describe('who has a name lead to the server of another secret, and to a server of their own', () => {
  const process = (...answers: Answer[]) => {
    const made = new ScriptedProver(answers);
    made.addresses = { 'attacker.example': [ATTACKER, VICTIM], 'mail.example.com': [VICTIM] };
    made.connectedTo = ATTACKER;
    return made;
  };

  it.each<[string, readonly Answer[]]>([
    ['refuses', refusals],
    ['says that there were too many logins', ['rate-limited']],
    ['says that it is asked too often', ['throttled']],
    ['never answers', ['unclear', 'unclear', 'unclear', 'unclear']],
  ])('holds that secret back by nothing that the own one says: it %s', async (_what, answers) => {
    const made = process(...answers, 'good');
    for (const _ of answers) await logIn(made, 'attacker.example', 'arn:of:attacker');
    made.connectedTo = VICTIM;
    expect(await logIn(made, 'mail.example.com', 'arn:of:victim')).toMatchObject({ verdict: 'valid' });
  });

  it('is counted at the address that was connected to, by whatever name and before whatever other address', async () => {
    const made = process(...refusals);
    for (let n = 0; n < 4; n += 1) await logIn(made, 'attacker.example', `arn:${n}`);
    made.addresses = { 'other.example': [ATTACKER] };
    expect(await logIn(made, 'other.example', 'arn:another')).toMatchObject({ verdict: 'held-back' });
  });

  it('does not make the item of that address grow without end', { timeout: 30_000 }, async () => {
    const many = 50;
    const table = new InProcessTable();
    const grown = new ScriptedProver(Array<Answer>(many).fill('refused'), table);
    // Never the lowest of its name, so that no login takes a place there.
    grown.addresses = { 'attacker.example': ['192.0.2.4'] };
    grown.connectedTo = ATTACKER;
    for (let n = 0; n < many; n += 1) {
      await logIn(grown, 'attacker.example', `arn:${n}`);
      grown.now += 16 * 60_000;
    }
    const item = (await table.items()).get(`BUDGET#${ATTACKER}|HOST`);
    expect(JSON.stringify(item).match(/"restsUntil"/g)?.length).toBeLessThan(40);
  });

  it('spends what the other server has by what that one refuses', async () => {
    const made = process(...refusals);
    made.connectedTo = VICTIM;
    for (let n = 0; n < 4; n += 1) await logIn(made, 'attacker.example', `arn:${n}`);
    expect(await logIn(made, 'mail.example.com', 'arn:of:victim')).toMatchObject({ verdict: 'held-back' });
  });
});

it.each(['smtp.mailgun.org', 'smtp.office365.com', 'smtp.gmail.com'])(
  'who writes the user name of another secret spends all of its budget but the last place: %s',
  async (host) => {
    const made = new ScriptedProver(['refused', 'refused', 'refused', 'good']);
    for (let n = 0; n < 3; n += 1) await logIn(made, host, 'arn:of:attacker');
    expect(await logIn(made, host, 'arn:of:attacker')).toMatchObject({
      verdict: 'held-back',
      heldBack: { reason: 'failures' },
    });
    expect(await logIn(made, host, 'arn:of:victim')).toMatchObject({ verdict: 'valid' });
  },
);

it.each(['email-smtp.eu-west-1.amazonaws.com', 'smtp.sendgrid.net', 'smtp.resend.com'])(
  'a key, which nobody else knows before it is in use, has all four tries while it spreads: %s',
  async (host) => {
    const made = new ScriptedProver(['refused', 'refused', 'refused', 'good']);
    for (let n = 0; n < 3; n += 1) await logIn(made, host, 'arn:of:secret');
    expect(await logIn(made, host, 'arn:of:secret')).toMatchObject({ verdict: 'valid' });
  },
);
