import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Known, type Prover, prove } from '../../../functions/budget/attempt.ts';
import type { Credential } from '../../../functions/providers/secret.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { Table } from '../../../functions/table/dynamodb.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { proverOn } from '../../support/prover.ts';
import { oneOf } from '../../support/share.ts';
import { type SmtpServerOptions, type SmtpTestServer, startSmtpServer } from '../../support/smtp-servers.ts';

const PASSWORD = 'V8kq2LxZr9Tn4WsB';
const PROCESSES = 8;
/** The whole of them by `npm run test:enumeration` and the CI: each that waits asks the table again and again. */
const CALLS = PROCESSES * Math.ceil(25 / oneOf(2));
const LONGEST_HOP_MS = 5;
const GOOD: Known = {
  credential: 'good',
  lastCheck: { verdict: 'valid', checkedAt: '2026-11-24T06:00:00.000Z', versionId: null },
};

let server: SmtpTestServer;
afterEach(() => server.close());

async function start(options: Partial<SmtpServerOptions> = {}): Promise<void> {
  server = await startSmtpServer({ security: 'tls', users: { ada: PASSWORD }, ...options });
}

function credential(password: string): Credential {
  const { host, port, security, ca } = server;
  return { endpoint: { host, port, security, ca }, username: 'ada', password: new Redacted(password) };
}

/** The table as a function far from it sees it: each call and each answer takes its own time. */
function slowly(table: InProcessTable): Table {
  const { client, name } = table.fromElsewhere();
  const there = client.send.bind(client);
  const hop = () => sleep(Math.random() * LONGEST_HOP_MS);
  const send = async (command: never) => {
    await hop();
    const answer = await there(command);
    await hop();
    return answer;
  };
  return { name, client: Object.assign(client, { send }) };
}

/** All calls at once, spread over processes that share nothing but the table; how often each verdict was given. */
async function verdictsOf(password: string, budgetMs: number, changes: Partial<Prover> = {}) {
  const table = new InProcessTable();
  const provers = Array.from({ length: PROCESSES }, () => proverOn(slowly(table), [server], changes));
  const tried = { credential: credential(password), secretArn: 'arn:of:secret', budgetMs };
  const proofs = await Promise.all(
    Array.from({ length: CALLS / PROCESSES }, () => provers.map((prover) => prove(prover, tried))).flat(),
  );
  const groups = Map.groupBy(proofs, ({ result }) => result.verdict);
  return Object.fromEntries([...groups].map(([verdict, { length }]) => [verdict, length]));
}

const refusals = () => server.logins.filter(({ answer }) => answer.code !== 235).length;

describe(`${CALLS} functions at once`, { timeout: 120_000 }, () => {
  it('with a wrong password: four failed logins reach the server, and each function says what it knows', async () => {
    await start();
    expect(await verdictsOf('wrong', 20_000)).toEqual({ rejected: 4, 'held-back': CALLS - 4 });
    expect(server.logins).toHaveLength(4);
  });

  it('with a password that was good and is wrong now: none says bad without a second login', async () => {
    await start();
    const soon = (ms: number) => sleep(Math.min(ms, 500));
    const verdicts = await verdictsOf('wrong', 20_000, { latest: async () => GOOD, sleep: soon });
    expect(verdicts).toEqual({ 'rejected-unconfirmed': 4, 'held-back': CALLS - 4 });
    expect(refusals()).toBe(4);
  });

  it('with the right password: all are good in turn, four at a time, and none is told that it is bad', async () => {
    let inFlight = 0;
    let most = 0;
    await start({
      onAuth: async () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await sleep(LONGEST_HOP_MS);
        inFlight -= 1;
        return undefined;
      },
    });
    expect(await verdictsOf(PASSWORD, 600_000)).toEqual({ valid: CALLS });
    expect(server.logins).toHaveLength(CALLS);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('with the right password and little time: who gets no turn is held back, not told that it is bad', async () => {
    await start();
    const verdicts = await verdictsOf(PASSWORD, 4000);
    expect(Object.keys(verdicts).sort()).toEqual(['held-back', 'valid']);
    expect(verdicts.valid).toBe(server.logins.length);
  });

  it('at a server that throttles: it is left alone once one of them was told', async () => {
    await start({ onAuth: () => ({ code: 454, text: '4.7.0 Throttling failure' }) });
    const verdicts = await verdictsOf(PASSWORD, 20_000);
    expect(Object.keys(verdicts).sort()).toEqual(['held-back', 'throttled']);
    expect(server.logins.length).toBeLessThanOrEqual(4);
  });
});
