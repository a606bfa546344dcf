import { describe, expect, it } from 'vitest';
import { known, missing, type Status } from '../../../../functions/audit/check.ts';
import { dated, remember } from '../../../../functions/audit/run/memory.ts';
import type { Found } from '../../../../functions/audit/run/run.ts';
import type { CredentialFacts } from '../../../../functions/audit/subjects/credential.ts';
import type { Remembered } from '../../../../functions/table/items.ts';
import { DAY, denied, implicitTls, NOW, silent, soundFacts, withServer } from '../sound-facts.ts';

const found = (check: string, status: Status): Found =>
  status === 'unknown' ? { check, status, reason: 'timeout', evidence: '' } : { check, status, evidence: '' };

/** One examination of a credential, `days` after the first. */
function audit(
  history: Remembered | null,
  days: number,
  findings: readonly Found[],
  changes: Partial<CredentialFacts> = {},
) {
  const facts = { ...soundFacts, ...changes, history, examinedAt: NOW + days * DAY };
  const reported = dated(findings, history, facts.examinedAt);
  const dates = Object.fromEntries(reported.map(({ check, firstSeenAt }) => [check, firstSeenAt]));
  return { dates, memory: remember(facts, reported) };
}

const FIRST = '2026-11-24T06:00:00.000Z';
const SECOND = '2026-11-25T06:00:00.000Z';
const THIRD = '2026-11-26T06:00:00.000Z';

describe('the date of a finding', () => {
  it('is that of the audit that found it first, from a warning to a failure too', () => {
    const first = audit(null, 0, [found('a', 'warn'), found('b', 'fail')]);
    const second = audit(first.memory, 1, [found('a', 'fail'), found('b', 'fail'), found('c', 'fail')]);
    expect(first.dates).toEqual({ a: FIRST, b: FIRST });
    expect(second.dates).toEqual({ a: FIRST, b: FIRST, c: SECOND });
  });

  it('is new when it was gone in between', () => {
    const first = audit(null, 0, [found('a', 'fail')]);
    const second = audit(first.memory, 1, [found('a', 'pass')]);
    expect(second.dates).toEqual({ a: null });
    expect(audit(second.memory, 2, [found('a', 'fail')]).dates).toEqual({ a: THIRD });
  });

  it('outlives an audit that could not look', () => {
    const first = audit(null, 0, [found('a', 'fail')]);
    const second = audit(first.memory, 1, [found('a', 'unknown')]);
    expect(second.dates).toEqual({ a: null });
    expect(audit(second.memory, 2, [found('a', 'fail')]).dates).toEqual({ a: FIRST });
  });

  it('is none for what asks for nothing', () => {
    const quiet = (['pass', 'info', 'not-applicable', 'unknown'] as const).map((status) =>
      found(status, status),
    );
    const { dates, memory } = audit(null, 0, quiet);
    expect(Object.values(dates)).toEqual([null, null, null, null]);
    expect(memory.firstSeen).toEqual({});
  });
});

describe('the memory of DNS records', () => {
  const withSpf = (...values: string[]): Partial<CredentialFacts> => {
    if (!soundFacts.domain.known) throw new Error('bug: sound facts know their domain');
    const { value } = soundFacts.domain;
    return {
      domain: known({ ...value, domain: 'example.com', spf: { ...value.spf, records: known(values) } }),
    };
  };
  const spf = ({ memory }: ReturnType<typeof audit>) => memory.records['TXT example.com'];

  it('is a hash of their values, whatever their order, and the day since when they are so', () => {
    const first = audit(null, 0, [], withSpf('v=spf1 -all', 'other'));
    expect(spf(first)).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), since: NOW });
    expect(JSON.stringify(first.memory.records)).not.toContain('v=spf1');
    expect(spf(audit(first.memory, 1, [], withSpf('other', 'v=spf1 -all')))).toEqual(spf(first));
    const changed = spf(audit(first.memory, 1, [], withSpf('v=spf1 +all')));
    expect(changed).toMatchObject({ since: NOW + DAY });
    expect(changed?.sha256).not.toBe(spf(first)?.sha256);
  });

  it('stays when they could not be read', () => {
    const first = audit(null, 0, [], withSpf('v=spf1 -all'));
    const blind = audit(first.memory, 1, [], { domain: missing('timeout', '') });
    expect(blind.memory.records).toEqual(first.memory.records);
  });

  it('does not grow for ever', () => {
    const records = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`TXT former-${at}`, { sha256: 'a1', since: NOW + at }]),
    );
    const { memory } = audit(null, 0, []);
    const kept = audit({ ...memory, records }, 1, [], { domain: missing('timeout', '') }).memory.records;
    expect(Object.keys(kept)).toHaveLength(50);
    expect(kept).toHaveProperty(['TXT former-499']);
  });
});

describe('the memory of a server', () => {
  const server = (changes: Partial<CredentialFacts> = {}, history: Remembered | null = null, days = 0) =>
    audit(history, days, [], changes).memory.server;

  it('holds its place, its key, STARTTLS and its mechanisms, and when it was seen', () => {
    expect(server()).toEqual({
      host: 'email-smtp.us-east-1.amazonaws.com',
      port: 587,
      seenAt: NOW,
      spki256: soundFacts.server.known ? soundFacts.server.value.session?.keyFingerprint256 : '',
      starttls: true,
      mechanisms: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    });
  });

  it('says nothing of STARTTLS where all is TLS', () => {
    expect(server({ ...implicitTls, ...withServer({ plaintext: null }) })).toMatchObject({
      host: 'mail.example.com',
      port: 465,
      starttls: null,
    });
  });

  it('stays over a day on which it was not seen, whole, or not at all', () => {
    const { memory } = audit(null, 0, []);
    const cutShort = withServer({ mechanisms: null, interrupted: { reason: 'closed', code: 'ECONNRESET' } });
    for (const unseen of [silent, denied, cutShort, { server: missing('timeout', '') }]) {
      expect(server(unseen, memory, 1)).toEqual(memory.server);
      expect(server(unseen)).toBeNull();
    }
  });

  it('is replaced by what is seen next', () => {
    const { memory } = audit(null, 0, []);
    const stripped = withServer({
      plaintext: { starttls: false, mechanisms: [], overwritten: false, auth: null, mail: null },
    });
    expect(server(stripped, memory, 1)).toMatchObject({ seenAt: NOW + DAY, starttls: false });
  });
});
