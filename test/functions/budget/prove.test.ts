import { describe, expect, it } from 'vitest';
import { prove } from '../../../functions/budget/attempt.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { credential } from './evidence.ts';
import { ScriptedProver } from './scripted-prover.ts';

const attempt = { credential, secretArn: 'arn:of:secret', budgetMs: 26_000 };

async function verdictOf(process: ScriptedProver, changes: Partial<typeof attempt> = {}): Promise<string> {
  const { result } = await prove(process.prover, { ...attempt, ...changes });
  return `${result.credential} ${result.verdict}`;
}

describe('the first refusal of a credential that was good', () => {
  it('is called bad only after a second login, five seconds later, was refused too', async () => {
    const process = new ScriptedProver(['refused', 'refused']);
    process.knows('valid');
    expect(await verdictOf(process)).toBe('bad rejected');
    const [first = 0, second = 0] = process.dialled;
    expect(second - first).toBeGreaterThanOrEqual(5000);
  });

  it('is forgotten when the second login is good: the server was wrong once', async () => {
    const process = new ScriptedProver(['refused', 'good']);
    process.knows('valid');
    expect(await verdictOf(process)).toBe('good valid');
  });

  it('stays unconfirmed without time for a second login, and shows what the server said', async () => {
    const process = new ScriptedProver(['refused']);
    process.knows('valid');
    const { result, evidence } = await prove(process.prover, { ...attempt, budgetMs: 7900 });
    expect(result).toMatchObject({
      credential: 'unknown',
      verdict: 'rejected-unconfirmed',
      retry: { allowed: true },
    });
    expect(evidence).toMatchObject({ authSent: true, reply: { code: 535 } });
  });

  it('stays unconfirmed without budget for a second login, and says until when', async () => {
    const process = new ScriptedProver(['unclear', 'unclear', 'unclear', 'refused']);
    process.knows('valid');
    for (let times = 3; times > 0; times -= 1) await verdictOf(process);
    const { result, evidence } = await prove(process.prover, attempt);
    expect(result.verdict).toBe('rejected-unconfirmed');
    expect(result.retry).toEqual({ allowed: true, afterSeconds: 15 * 60 + 10 - 5 });
    expect(evidence).toMatchObject({ reply: { code: 535 } });
    expect(process.dialled).toHaveLength(4);
  });

  it('stays unconfirmed when the second login proves nothing', async () => {
    const process = new ScriptedProver(['refused', 'unclear']);
    process.knows('valid');
    expect(await verdictOf(process)).toBe('unknown rejected-unconfirmed');
  });

  it('is confirmed although a check that proved nothing came in between', async () => {
    const process = new ScriptedProver(['refused', 'good']);
    process.knows('valid', 'timeout:connect');
    expect(await verdictOf(process)).toBe('good valid');
  });

  it('that was left unconfirmed is confirmed by a later refusal, but not by one that may be as old', async () => {
    const process = new ScriptedProver(['refused', 'refused', 'good']);
    process.knows('valid', 'rejected-unconfirmed');
    process.now += 34_000;
    expect(await verdictOf(process)).toBe('bad rejected');
    process.knows('valid', 'rejected-unconfirmed');
    process.now += 33_999;
    expect(await verdictOf(process)).toBe('good valid');
  });
});

describe('no second login is spent', () => {
  it.each([
    ['on a credential that was never good', 'refused', null, 'bad rejected'],
    ['on one that is known to be bad', 'refused', 'rejected', 'bad rejected'],
    ['on an answer that proves nothing', 'unclear', 'valid', 'unknown closed:auth'],
    ['on a good one', 'good', 'rejected', 'good valid'],
  ] as const)('%s', async (_name, answer, known, verdict) => {
    const process = new ScriptedProver([answer]);
    if (known) process.knows(known);
    expect(await verdictOf(process)).toBe(verdict);
    expect(process.dialled).toHaveLength(1);
  });
});

it.each([
  ['two functions are refused once at the same time: each tries again', 2, 'good valid'],
  ['four are, and leave no budget for a second login', 4, 'unknown rejected-unconfirmed'],
])('a good credential is not called bad when %s', async (_name, functions, verdict) => {
  const table = new InProcessTable();
  const verdicts = Array.from({ length: functions }, () => {
    const process = new ScriptedProver(['refused', 'good'], table);
    process.knows('valid');
    return verdictOf(process);
  });
  expect(await Promise.all(verdicts)).toEqual(Array(functions).fill(verdict));
});
