import { describe, expect, it } from 'vitest';
import type { ChainedEvent } from '../../../functions/table/chain.ts';
import { verifyChain } from '../../../functions/table/chain-verdict.ts';
import { EventLog } from '../../../functions/table/event-log.ts';
import { Ledger } from '../../../functions/table/ledger.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { type FaultKind, Faults } from '../../support/aws/faults.ts';

const MINUTE = 60_000;
const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';
const NOW = Date.parse('2026-11-24T06:00:00Z');
const content = (result: string) => ({ event: 'credential.retired', at: NOW, who: 'schedule', result });

describe('the event log', () => {
  it('is intact after many writers at once, with every event in it once', { timeout: MINUTE }, async () => {
    const table = new InProcessTable();
    const writers = Array.from({ length: 4 }, () => new EventLog(table.client, 'table'));
    const results = writers.flatMap((_, writer) => [1, 2, 3, 4, 5].map((n) => `${writer}-${n}`));
    await Promise.all(
      writers.map(async (log, writer) => {
        for (const n of [1, 2, 3, 4, 5]) await log.append(ARN, content(`${writer}-${n}`));
      }),
    );
    const chain = await new EventLog(table.client, 'table').read(ARN);
    expect(verifyChain(chain, NOW)).toMatchObject({ kind: 'intact', events: 20 });
    expect(chain.stored.map(({ event }) => event.result).toSorted()).toEqual(results.toSorted());
  });

  it.each<FaultKind>(['crash-before', 'crash-after', 'refused', 'ambiguous-timeout'])(
    'is intact after %s at every call of a writer, and the next one goes on',
    { timeout: MINUTE },
    async (kind) => {
      for (const before of [0, 1]) {
        for (let at = 1; at <= 3; at += 1) {
          const faults = new Faults();
          const table = new InProcessTable(faults);
          const log = new EventLog(table.client, 'table');
          if (before) await log.append(ARN, content('earlier'));
          faults.plan(at, kind);
          await expect(log.append(ARN, content('interrupted'))).rejects.toThrow();
          faults.revive();
          expect(verifyChain(await log.read(ARN), NOW).kind, `call ${at}`).toBe('intact');
          await log.append(ARN, content('later'));
          const chain = await log.read(ARN);
          expect(verifyChain(chain, NOW).kind, `call ${at}`).toBe('intact');
          expect(chain.stored.at(-1)?.event.result).toBe('later');
          expect(chain.head?.sequence).toBe(chain.stored.length);
        }
      }
    },
  );

  it('writes an event once, though the answer to its first try was lost and it is put again', async () => {
    const table = new InProcessTable();
    const send = table.client.send.bind(table.client);
    let lost = 0;
    // As functions/aws/json-api.ts does when the connection breaks after the request.
    table.client.send = (async (command: Parameters<typeof send>[0]) => {
      if (command.operation === 'PutItem' && lost === 0) {
        lost += 1;
        await send(command);
      }
      return send(command);
    }) as typeof send;
    const log = new EventLog(table.client, 'table');
    const event = await log.append(ARN, content('once'));
    const chain = await log.read(ARN);
    expect([lost, chain.stored.map((one) => one.event.hash)]).toEqual([1, [event.hash]]);
    expect(verifyChain(chain, NOW)).toMatchObject({ kind: 'intact', events: 1, head: { sequence: 1 } });
  });
});

describe('the ledger', () => {
  it('records who acted, a schedule unless the caller says it, and tells the log the hash', async () => {
    const told: ChainedEvent[] = [];
    const ledger = new Ledger(new InProcessTable().client, 'table', (_arn, event) => told.push(event));
    await ledger.recordEvent(ARN, 'credential.proven', NOW, { versionId: 'v', nested: { deep: [1, 0.1] } });
    await ledger.recordEvent(ARN, 'operation.requested', NOW + 1, {
      who: 'arn:aws:iam::1:user/ada',
      x: undefined,
    });
    const events = await ledger.events(ARN);
    expect(events).toEqual(told);
    expect(events).toMatchObject([
      { event: 'credential.proven', at: NOW, who: 'schedule', sequence: 1, previous: null },
      { event: 'operation.requested', who: 'arn:aws:iam::1:user/ada', previous: events[0]?.hash },
    ]);
    expect(await ledger.verifyEvents(ARN, NOW)).toMatchObject({ kind: 'intact', events: 2 });
  });

  it('keeps the head for ever, and events for 400 days', async () => {
    const table = new InProcessTable();
    await new Ledger(table.client, 'table').recordEvent(ARN, 'x', NOW, {});
    const items = await table.items();
    expect(items.get(`SECRET#${ARN}|EVENTS`)).not.toHaveProperty('expiresAt');
    expect(items.get(`EVENTS#${ARN}|000000000001`)?.expiresAt).toEqual({
      N: String(NOW / 1000 + 400 * 24 * 60 * 60),
    });
  });
});
