import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logger } from '../../../functions/observe/logger.ts';
import { resultWith } from '../../../functions/smtp/login-result.ts';
import { putItem } from '../../../functions/table/dynamodb.ts';
import type { Validation } from '../../../functions/table/items.ts';
import { Ledger, Operations } from '../../../functions/table/ledger.ts';
import { Validations } from '../../../functions/table/validations.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { type FaultKind, Faults } from '../../support/aws/faults.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';
const OTHER = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEg';
const MINT = { token: 'b', startedAt: 1, endsBy: 2, credentialId: null };
const PROOF = { token: 'b', startedAt: 5, provenAt: 6, provenBy: 'testSecret' } as const;
const VALIDATION = {
  secretId: 'keyturn/orders',
  versionId: 'b',
  checkedAt: '2026-11-24T06:00:00.000Z',
  ...resultWith('valid'),
  authSent: true,
  ...{ endpoint: null, tls: null, auth: null, reply: null, timings: null },
} satisfies Validation;
const DEACTIVATION = { credentialId: 'AKIA1', deactivatedAt: 3 };

/** The enumeration of crashes runs on a ledger in memory: what it does must be what the real one does. */
describe.each([
  ['the ledger', () => new Ledger(new InProcessTable())],
  ['the ledger in memory', () => new MemoryLedger()],
] as const)('%s, as rotation uses it', (_name, make) => {
  it('gives back what was recorded, by token, for this secret only', async () => {
    const ledger = make();
    await ledger.recordMint(ARN, MINT);
    await ledger.recordMint(ARN, { ...MINT, token: 'a', credentialId: 'AKIA2', abandonedAt: 4 });
    await ledger.recordMint(OTHER, { ...MINT, token: 'c' });
    expect((await ledger.historyOf(ARN)).mints).toMatchObject([
      { token: 'a', credentialId: 'AKIA2', abandonedAt: 4 },
      MINT,
    ]);
    expect((await ledger.historyOf(ARN)).deactivations).toEqual([]);
  });

  it('has the history of one secret in one call', async () => {
    const ledger = make();
    await ledger.recordMint(ARN, MINT);
    await ledger.recordDeactivation(ARN, DEACTIVATION);
    await ledger.recordDeactivation(OTHER, { ...DEACTIVATION, credentialId: 'AKIA2' });
    const history = { mints: [MINT], deactivations: [DEACTIVATION] };
    expect(await ledger.historyOf(ARN)).toEqual(history);
  });

  it('takes a refusal for a token of which nothing is known, or only that it was refused', async () => {
    const ledger = make();
    const refused = { token: 'b', startedAt: 0, endsBy: 0, credentialId: null, refusedAt: 7 };
    expect(await ledger.amendMint(ARN, refused)).toBe(true);
    expect(await ledger.amendMint(ARN, { ...refused, refusedAt: 8 })).toBe(true);
    expect((await ledger.historyOf(ARN)).mints).toEqual([{ ...refused, refusedAt: 8 }]);
  });

  it('takes none over an attempt that was opened since: that one may have made something', async () => {
    const ledger = make();
    await ledger.recordMint(ARN, MINT);
    expect(await ledger.amendMint(ARN, { ...MINT, startedAt: 0, refusedAt: 7 })).toBe(false);
    expect((await ledger.historyOf(ARN)).mints).toEqual([MINT]);
    expect(await ledger.amendMint(ARN, { ...MINT, refusedAt: 8 })).toBe(true);
    expect((await ledger.historyOf(ARN)).mints).toEqual([{ ...MINT, refusedAt: 8 }]);
  });

  it('replaces the whole of an older record', async () => {
    const ledger = make();
    await ledger.recordMint(ARN, { ...MINT, abandonedAt: 4, undoneBy: 5 });
    await ledger.recordMint(ARN, { ...MINT, credentialId: 'AKIA1' });
    const {
      mints: [mint],
    } = await ledger.historyOf(ARN);
    expect([mint?.credentialId, mint?.abandonedAt, mint?.undoneBy]).toEqual(['AKIA1', undefined, undefined]);
    await ledger.recordDeactivation(ARN, { ...DEACTIVATION, removedAt: 4, refused: true });
    await ledger.recordDeactivation(ARN, DEACTIVATION);
    const {
      deactivations: [deactivation],
    } = await ledger.historyOf(ARN);
    expect([deactivation?.deactivatedAt, deactivation?.removedAt]).toEqual([3, undefined]);
  });

  it('keeps one proof of a version, the newest, for this secret and this version only', async () => {
    const ledger = make();
    await ledger.recordProof(ARN, PROOF);
    await ledger.recordProof(ARN, { ...PROOF, startedAt: 7, provenAt: 8 });
    await ledger.recordMint(ARN, MINT);
    expect(await ledger.proofOf(ARN, 'b')).toMatchObject({ ...PROOF, startedAt: 7, provenAt: 8 });
    expect([await ledger.proofOf(ARN, 'c'), await ledger.proofOf(OTHER, 'b')]).toEqual([null, null]);
    expect((await ledger.historyOf(ARN)).mints).toHaveLength(1);
  });

  it('gives back the endpoints that were accepted for this secret, each once', async () => {
    const ledger = make();
    const accepted = { host: 'a.example', port: 465, security: 'tls', ca: null } as const;
    const by = { acceptedAt: 1, who: 'arn:aws:iam::123456789012:user/ada', reason: null };
    await ledger.acceptEndpoint(ARN, { ...accepted, ...by });
    await ledger.acceptEndpoint(ARN, { ...accepted, ...by, acceptedAt: 2 });
    await ledger.acceptEndpoint(ARN, { ...accepted, security: 'starttls', ca: 'ab', ...by });
    await ledger.acceptEndpoint(OTHER, { ...accepted, ...by, host: 'b.example' });
    const found = await ledger.acceptedEndpoints(ARN);
    expect(found.map(({ security, ca, acceptedAt }) => [security, ca, acceptedAt]).toSorted()).toEqual([
      ['starttls', 'ab', 1],
      ['tls', null, 2],
    ]);
    expect((await ledger.historyOf(ARN)).mints).toEqual([]);
  });
});

describe('the history of a secret', () => {
  it('is read in one call, without who has it in hand and its validations', async () => {
    const faults = new Faults();
    const table = new InProcessTable(faults);
    const ledger = new Ledger(table);
    await ledger.recordMint(ARN, MINT);
    await new Operations(table).leaseOn(ARN).acquire('operation', 2000, 1000);
    await new Validations(table).record({ secretArn: ARN, current: true, result: VALIDATION });
    faults.calls = 0;
    expect(await ledger.historyOf(ARN)).toEqual({
      mints: [MINT],
      deactivations: [],
    });
    expect(faults.calls).toBe(1);
  });
});

describe('an event', () => {
  /** Of nobody else in this process: what a test before had still at work may be logged here, too. */
  const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:ledger/event-AbCdEf';
  const NOW = Date.parse('2026-11-24T06:00:00Z');
  const KINDS: readonly FaultKind[] = ['crash-before', 'crash-after', 'refused', 'ambiguous-timeout'];
  let logged: { readonly secretArn: string; readonly sk: string; readonly recorded: object }[];
  beforeEach(() => {
    logged = [];
    vi.spyOn(logger, 'info').mockImplementation((name, ...lines: unknown[]) => {
      if (name !== 'ledger.event') return;
      logged.push(...(lines as typeof logged).filter(({ secretArn }) => secretArn === ARN));
    });
  });
  afterEach(() => vi.restoreAllMocks());

  it('is kept beside all others of its millisecond, in the order in which they were recorded', async () => {
    const ledger = new Ledger(new InProcessTable());
    const names = Array.from({ length: 20 }, (_, at) => `event-${at}`);
    for (const name of names) await ledger.recordEvent(ARN, name, NOW, {});
    expect((await ledger.events(ARN)).map(({ event }) => event)).toEqual(names);
  });

  it('is kept once, however many processes record at the same time', async () => {
    const table = new InProcessTable();
    const writers = Array.from({ length: 4 }, () => new Ledger(table));
    const names = writers.flatMap((_, writer) => [1, 2, 3, 4, 5].map((n) => `${writer}-${n}`));
    await Promise.all(names.map((name, at) => writers[at % 4]?.recordEvent(ARN, name, NOW, {})));
    const events = await new Ledger(table).events(ARN);
    expect(events.map(({ event }) => event).toSorted()).toEqual(names.toSorted());
  });

  it('says who acted, a schedule unless the caller names somebody', async () => {
    const ledger = new Ledger(new InProcessTable());
    await ledger.recordEvent(ARN, 'credential.proven', NOW, { versionId: 'v', nested: { deep: [1, 0.1] } });
    await ledger.recordEvent(ARN, 'operation.requested', NOW + 1, { who: 'arn:ada', x: undefined });
    expect(await ledger.events(ARN)).toEqual([
      { event: 'credential.proven', at: NOW, who: 'schedule', versionId: 'v', nested: { deep: [1, 0.1] } },
      { event: 'operation.requested', at: NOW + 1, who: 'arn:ada' },
    ]);
  });

  it('is in the log, whole and under the key that it has in the table, before it is in the table', async () => {
    for (const kind of KINDS) {
      const faults = new Faults();
      const table = new InProcessTable(faults);
      const ledger = new Ledger(table);
      logged = [];
      await ledger.recordEvent(ARN, 'first', NOW, { result: 'removed', credentialId: 'AKIA1' });
      faults.plan(1, kind);
      await expect(ledger.recordEvent(ARN, 'interrupted', NOW + 1, {})).rejects.toThrow();
      faults.revive();
      await ledger.recordEvent(ARN, 'last', NOW + 2, {});
      const lines = new Map(logged.map((line) => [`EVENTS#${line.secretArn}|${line.sk}`, line.recorded]));
      const stored = [...(await table.items()).keys()].filter((one) => one.startsWith('EVENTS#'));
      expect(logged).toHaveLength(3);
      expect(stored.map((one) => lines.get(one))).toEqual(await ledger.events(ARN));
      expect(stored.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('is written once, though the answer to its first try was lost and it is put again', async () => {
    const table = new InProcessTable();
    const send = table.client.send.bind(table.client);
    let lost = 0;
    // As the SDK does when the connection breaks after the request.
    table.client.send = (async (command: PutCommand) => {
      if (command instanceof PutCommand && lost === 0) {
        lost += 1;
        await send(command);
      }
      return send(command);
    }) as typeof send;
    const ledger = new Ledger(table);
    await ledger.recordEvent(ARN, 'once', NOW, {});
    expect([lost, (await ledger.events(ARN)).length]).toEqual([1, 1]);
  });

  it('is kept 400 days', async () => {
    const table = new InProcessTable();
    await new Ledger(table).recordEvent(ARN, 'x', NOW, {});
    const [item] = (await table.items()).values();
    expect(Number(item?.expiresAt?.N)).toBe(NOW / 1000 + 400 * 24 * 60 * 60);
  });

  it('that was recorded by its number, as earlier versions did, comes before', async () => {
    const table = new InProcessTable();
    const ledger = new Ledger(table);
    await ledger.recordEvent(ARN, 'new', NOW, {});
    await putItem(table, { pk: `EVENTS#${ARN}`, sk: '000000000001', event: 'old', at: 1, who: 'schedule' });
    expect((await ledger.events(ARN)).map(({ event }) => event)).toEqual(['old', 'new']);
  });
});

it('what earlier versions recorded of a credential is known by its id: which attempt made it, and that it is quarantined', async () => {
  const table = new InProcessTable();
  const closed = { token: 'a', startedAt: 1, endsBy: 2, accessKeyId: 'AKIA1' };
  const open = { token: 'b', startedAt: 3, endsBy: 4, accessKeyId: null };
  const off = { accessKeyId: 'AKIA1', deactivatedAt: 5, quarantined: true };
  const pk = `SECRET#${ARN}`;
  await putItem(table, { pk, sk: 'MINT#a', ...closed });
  await putItem(table, { pk, sk: 'MINT#b', ...open });
  await putItem(table, { pk, sk: 'KEY#AKIA1', ...off });
  expect(await new Ledger(table).historyOf(ARN)).toEqual({
    mints: [
      { token: 'a', startedAt: 1, endsBy: 2, credentialId: 'AKIA1' },
      { token: 'b', startedAt: 3, endsBy: 4, credentialId: null },
    ],
    deactivations: [{ credentialId: 'AKIA1', deactivatedAt: 5, quarantined: true }],
  });
});
