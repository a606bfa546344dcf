import { describe, expect, it } from 'vitest';
import { Agenda } from '../../../functions/table/agenda.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { MemoryAgenda } from '../../support/memory-agenda.ts';

const NOW = Date.parse('2026-12-01T06:00:00Z');
const arnOf = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:mail/${name}-AbCdEf`;
const ARN = arnOf('a');

describe.each([
  ['in DynamoDB', () => new Agenda(new InProcessTable())],
  ['of the tests, in memory', () => new MemoryAgenda()],
])('the agenda %s', (_, make) => {
  it('knows nothing of a secret that nobody told it of', async () => {
    const agenda = make();
    expect(await agenda.find(ARN)).toBeNull();
    expect(await agenda.due(10, NOW)).toEqual([]);
    expect(await agenda.begin(ARN, 'look', NOW + 1, NOW)).toBe(false);
    await agenda.settle(ARN, 'look', { versionId: null, dueAt: NOW }, NOW);
    expect(await agenda.find(ARN)).toBeNull();
  });

  it('says what is due, the longest due first, and nothing that is settled or to come', async () => {
    const agenda = make();
    await agenda.put(arnOf('later'), { versionId: null, dueAt: NOW + 1 }, NOW);
    await agenda.put(arnOf('now'), { versionId: 'v', dueAt: NOW }, NOW);
    await agenda.put(arnOf('settled'), { versionId: 'v', dueAt: null }, NOW);
    await agenda.put(arnOf('long'), { versionId: null, dueAt: NOW - 1 }, NOW);
    expect(await agenda.due(10, NOW)).toEqual([arnOf('long'), arnOf('now')]);
    expect(await agenda.due(1, NOW)).toEqual([arnOf('long')]);
  });

  it('gives a look to one that asks, and to nobody else before its date', async () => {
    const agenda = make();
    await agenda.put(ARN, { versionId: 'v', dueAt: NOW }, NOW);
    const begun = await Promise.all(['1', '2', '3'].map((look) => agenda.begin(ARN, look, NOW + 9, NOW)));
    expect(begun.filter(Boolean)).toHaveLength(1);
    expect(await agenda.find(ARN)).toMatchObject({ versionId: null, dueAt: NOW + 9 });
    expect(await agenda.begin(ARN, '4', NOW + 99, NOW + 8)).toBe(false);
    expect(await agenda.begin(ARN, '4', NOW + 99, NOW + 9)).toBe(true);
  });

  it('keeps what somebody wrote during a look, and takes what the look found otherwise', async () => {
    const agenda = make();
    await agenda.put(ARN, { versionId: 'v', dueAt: NOW }, NOW);
    await agenda.begin(ARN, 'first', NOW + 9, NOW);
    await agenda.put(ARN, { versionId: 'newer', dueAt: NOW }, NOW);
    await agenda.settle(ARN, 'first', { versionId: 'older', dueAt: null }, NOW);
    expect(await agenda.find(ARN)).toMatchObject({ versionId: 'newer', dueAt: NOW, look: null });
    await agenda.begin(ARN, 'second', NOW + 9, NOW);
    await agenda.settle(ARN, 'second', { versionId: 'newer', dueAt: null }, NOW);
    expect(await agenda.find(ARN)).toMatchObject({ versionId: 'newer', dueAt: null, look: null });
    expect(await agenda.due(10, NOW + 99)).toEqual([]);
  });
});
