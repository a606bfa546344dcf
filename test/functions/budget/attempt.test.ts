import { describe, expect, it } from 'vitest';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { Faults } from '../../support/aws/faults.ts';
import { attemptOf, WINDOW_MS } from '../../support/prover.ts';
import { type Answer, credential } from './evidence.ts';
import { ScriptedProver } from './scripted-prover.ts';

const BUDGET_MS = 20_000;
const bob = { ...credential, username: 'bob' };
const elsewhere = { ...credential, endpoint: { ...credential.endpoint, host: 'mail.example.org' } };
const otherPort = {
  ...credential,
  endpoint: { ...credential.endpoint, port: 465, security: 'tls' as const },
};

async function verdicts(process: ScriptedProver, ...credentials: (typeof credential)[]): Promise<string[]> {
  const found: string[] = [];
  for (const one of credentials) found.push((await attemptOf(process.prover, one, BUDGET_MS)).result.verdict);
  return found;
}

describe('a spent budget', () => {
  const refusals = Array<Answer>(4).fill('refused');
  const spend = async (...more: Answer[]) => {
    const process = new ScriptedProver([...refusals, ...more]);
    await verdicts(process, credential, credential, credential, credential);
    return process;
  };

  it('holds the next login back: nothing is dialled, and the answer says until when', async () => {
    const process = await spend();
    const { result, evidence } = await attemptOf(process.prover, credential, BUDGET_MS);
    expect(evidence).toBeNull();
    expect(result).toMatchObject({ verdict: 'held-back', credential: 'unknown' });
    expect(result.retry).toEqual({ allowed: true, afterSeconds: 15 * 60 + 10 });
    expect(result.advice).toContain('Nothing is dialled before 2026-11-24T06:15:10.000Z.');
  });

  it('is that of one account on one host, on all ports of it, however its name is written', async () => {
    const process = await spend('good', 'good');
    const shouted = { ...otherPort, username: credential.username.toUpperCase() };
    expect(await verdicts(process, shouted, bob, elsewhere)).toEqual(['held-back', 'valid', 'valid']);
  });

  it('comes back when the window is over', async () => {
    const process = await spend('good');
    process.now += WINDOW_MS;
    expect(await verdicts(process, credential)).toEqual(['held-back']);
    process.now += 10_000;
    expect(await verdicts(process, credential)).toEqual(['valid']);
  });

  it('is shared by all functions over one table', async () => {
    const table = new InProcessTable();
    const rotation = new ScriptedProver(['refused', 'refused'], table);
    const audit = new ScriptedProver(['refused', 'refused'], table);
    await verdicts(rotation, credential, credential);
    await verdicts(audit, credential, credential);
    expect(await verdicts(rotation, credential)).toEqual(['held-back']);
  });
});

it('costs nothing to log in well or not to come as far as AUTH, and a good login forgives no failure', async () => {
  const process = new ScriptedProver([
    'refused',
    'refused',
    'refused',
    'good',
    'good',
    'not-sent',
    'refused',
  ]);
  const seven = Array<typeof credential>(7).fill(credential);
  expect(await verdicts(process, ...seven)).toHaveLength(7);
  expect(await verdicts(process, credential)).toEqual(['held-back']);
});

describe('a circuit', () => {
  it('of throttling keeps all accounts off the host until its time, and no other host', async () => {
    const process = new ScriptedProver(['throttled', 'good', 'good']);
    expect(await verdicts(process, credential, bob, elsewhere)).toEqual(['throttled', 'held-back', 'valid']);
    const { result } = await attemptOf(process.prover, credential, BUDGET_MS);
    expect(result.advice).toMatch(/^The server asked lately to be left alone/);
    expect(result.retry).toEqual({ allowed: true, afterSeconds: 60 });
    process.now += 60_000;
    expect(await verdicts(process, bob)).toEqual(['valid']);
  });

  it('of too many logins keeps that account off, and no other', async () => {
    const process = new ScriptedProver(['rate-limited', 'good', 'good']);
    expect(await verdicts(process, credential, credential, bob)).toEqual([
      'rate-limited',
      'held-back',
      'valid',
    ]);
    process.now += 3_600_000;
    expect(await verdicts(process, credential)).toEqual(['valid']);
  });
});

describe('without the table', () => {
  /** At a host with one address: two calls for each of its two places, and one for each when the login has ended. */
  const withFault = (at: number, answers: Answer[]) => {
    const faults = new Faults();
    const process = new ScriptedProver(answers, new InProcessTable(faults));
    process.addresses = { [credential.endpoint.host]: ['192.0.2.5'] };
    faults.plan(at, 'refused');
    return { faults, process };
  };

  it.each([1, 2, 3, 4])('nothing is dialled (call %i): the caller is told to try again', async (at) => {
    const { process } = withFault(at, []);
    await expect(attemptOf(process.prover, credential, BUDGET_MS)).rejects.toThrow('refused by the service');
    expect(process.dialled).toEqual([]);
  });

  it.each([5, 6])('a login that cannot be settled (call %i) goes on counting', async (at) => {
    const { faults, process } = withFault(at, ['good', 'refused', 'refused', 'refused']);
    await expect(attemptOf(process.prover, credential, BUDGET_MS)).rejects.toThrow('refused by the service');
    faults.revive();
    process.now += BUDGET_MS + 5000;
    await verdicts(process, credential, credential, credential);
    expect(await verdicts(process, credential)).toEqual(['held-back']);
  });
});

describe('the calls to DynamoDB for one good login', () => {
  it.each([
    [
      'at a shared service: the circuit, one item read, written, and written again',
      'smtp.office365.com',
      [],
      4,
    ],
    ['at a host whose name leads nowhere: one item', 'mail.example.com', [], 3],
    ['at a host with one address: two items', 'mail.example.com', ['192.0.2.5', '192.0.2.9'], 6],
    [
      'at a host with addresses of both families: three items',
      'mail.example.com',
      ['2001:db8::5', '192.0.2.5'],
      9,
    ],
  ])('%s', async (_name, host, addresses, calls) => {
    const faults = new Faults();
    const process = new ScriptedProver(['good'], new InProcessTable(faults));
    process.addresses = { [host]: addresses };
    const tried = { ...credential, endpoint: { ...credential.endpoint, host } };
    expect(await verdicts(process, tried)).toEqual(['valid']);
    expect(faults.calls).toBe(calls);
  });
});

it('waits for its turn while others may still fail, and no longer than a login takes', async () => {
  const process = new ScriptedProver(['good']);
  const { prover } = process;
  const startedAt = process.now;
  const ids = ['a', 'b', 'c', 'd'];
  for (const id of ids) {
    let ended = false;
    const stuck = {
      ...prover,
      newId: () => id,
      login: () =>
        new Promise<never>(() => {
          ended = true;
        }),
    };
    void attemptOf(stuck, credential, BUDGET_MS);
    while (!ended) await new Promise(setImmediate);
  }
  const { result, evidence } = await attemptOf(prover, credential, BUDGET_MS);
  expect(evidence).toBeNull();
  expect(result.advice).toMatch(/^So many logins of this account or host are under way/);
  expect(process.now - startedAt).toBeGreaterThan(BUDGET_MS - 4600);
  expect(process.now - startedAt).toBeLessThanOrEqual(BUDGET_MS - 3000);
});
