import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../functions/table/ledger.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';
const OTHER = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEg';
const MINT = { token: 'b', startedAt: 1, endsBy: 2, credentialId: null };
const PROOF = { token: 'b', startedAt: 5, provenAt: 6, provenBy: 'testSecret' } as const;
const DEACTIVATION = { credentialId: 'AKIA1', deactivatedAt: 3 };

/** The enumeration of crashes runs on a ledger in memory: what it does must be what the real one does. */
describe.each([
  ['the ledger', () => new Ledger(new InProcessTable().client, 'table')],
  ['the ledger in memory', () => new MemoryLedger()],
] as const)('%s, as rotation uses it', (_name, make) => {
  it('gives back what was recorded, by token, for this secret only', async () => {
    const ledger = make();
    await ledger.recordMint(ARN, MINT);
    await ledger.recordMint(ARN, { ...MINT, token: 'a', credentialId: 'AKIA2', abandonedAt: 4 });
    await ledger.recordMint(OTHER, { ...MINT, token: 'c' });
    expect(await ledger.mints(ARN)).toMatchObject([
      { token: 'a', credentialId: 'AKIA2', abandonedAt: 4 },
      MINT,
    ]);
    expect(await ledger.deactivations(ARN)).toEqual([]);
  });

  it('replaces the whole of an older record', async () => {
    const ledger = make();
    await ledger.recordMint(ARN, { ...MINT, abandonedAt: 4, undoneBy: 5 });
    await ledger.recordMint(ARN, { ...MINT, credentialId: 'AKIA1' });
    const [mint] = await ledger.mints(ARN);
    expect([mint?.credentialId, mint?.abandonedAt, mint?.undoneBy]).toEqual(['AKIA1', undefined, undefined]);
    await ledger.recordDeactivation(ARN, { ...DEACTIVATION, removedAt: 4, refused: true });
    await ledger.recordDeactivation(ARN, DEACTIVATION);
    const [deactivation] = await ledger.deactivations(ARN);
    expect([deactivation?.deactivatedAt, deactivation?.removedAt]).toEqual([3, undefined]);
  });

  it('keeps one proof of a version, the newest, for this secret and this version only', async () => {
    const ledger = make();
    await ledger.recordProof(ARN, PROOF);
    await ledger.recordProof(ARN, { ...PROOF, startedAt: 7, provenAt: 8 });
    await ledger.recordMint(ARN, MINT);
    expect(await ledger.proofOf(ARN, 'b')).toMatchObject({ ...PROOF, startedAt: 7, provenAt: 8 });
    expect([await ledger.proofOf(ARN, 'c'), await ledger.proofOf(OTHER, 'b')]).toEqual([null, null]);
    expect(await ledger.mints(ARN)).toHaveLength(1);
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
    expect(await ledger.mints(ARN)).toEqual([]);
  });

  it('keeps events, also several of one moment', async () => {
    const ledger = make();
    await ledger.recordEvent(ARN, 'credential.retired', 1, { credentialId: 'AKIA1', result: 'deactivate' });
    await ledger.recordEvent(ARN, 'credential.retired', 1, { credentialId: 'AKIA2', result: 'remove' });
    expect(await ledger.mints(ARN)).toEqual([]);
    const events =
      'events' in ledger && typeof ledger.events === 'function' ? await ledger.events(ARN) : ledger.events;
    expect(events).toHaveLength(2);
  });
});
