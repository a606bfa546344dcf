import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../functions/table/canonical-json.ts';
import { type ChainedEvent, type Head, hashOf, linkedTo } from '../../../functions/table/chain.ts';
import { type StoredEvent, verifyChain } from '../../../functions/table/chain-verdict.ts';
import { eventKey } from '../../../functions/table/event-key.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';
const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.parse('2026-11-24T06:00:00Z');

interface Written {
  stored: StoredEvent[];
  head: Head | null;
}

function written(events: number, everyMs = DAY_MS): Written {
  const chain: Written = { stored: [], head: null };
  for (let n = 0; n < events; n += 1) {
    const content = {
      event: 'credential.retired',
      at: START + n * everyMs,
      who: 'schedule',
      result: `r${n}`,
    };
    const event = linkedTo(chain.head, ARN, content);
    chain.stored.push({ key: eventKey(event.sequence), event });
    chain.head = event;
  }
  return chain;
}

const verdictOf = ({ stored, head }: Written, now = START + 30 * DAY_MS) =>
  verifyChain({ secretArn: ARN, stored: stored.toSorted((a, b) => (a.key < b.key ? -1 : 1)), head }, now);

const at = (chain: Written, sequence: number): ChainedEvent => {
  const found = chain.stored.find(({ key }) => key === eventKey(sequence));
  if (!found) throw new Error(`no event ${sequence}`);
  return found.event;
};

/** What stands at `sequence` is replaced, or taken away by null. */
function put(
  chain: Written,
  sequence: number,
  event: ChainedEvent | null,
  key = eventKey(sequence),
): Written {
  const others = chain.stored.filter((one) => one.key !== key);
  return { ...chain, stored: event ? [...others, { key, event }] : others };
}

const rehashed = (event: ChainedEvent, change: Partial<ChainedEvent>): ChainedEvent => {
  const changed = { ...event, ...change };
  return { ...changed, hash: hashOf(ARN, changed) };
};

describe('a chain of events', () => {
  it('is intact as it was written, and while the head is one behind', () => {
    const chain = written(5);
    expect(verdictOf(chain)).toEqual({ kind: 'intact', events: 5, head: chain.head });
    expect(verdictOf({ ...chain, head: at(chain, 4) })).toMatchObject({ kind: 'intact', events: 5 });
    expect(verdictOf(written(0))).toEqual({ kind: 'intact', events: 0, head: null });
    expect(verdictOf({ ...written(1), head: null })).toMatchObject({ kind: 'intact', events: 1 });
  });

  it.each<[string, (chain: Written) => Written, number, string]>([
    ['a changed result', (c) => put(c, 3, { ...at(c, 3), result: 'x' }), 3, 'changed'],
    ['a changed caller', (c) => put(c, 3, { ...at(c, 3), who: 'arn:aws:iam::1:user/eve' }), 3, 'changed'],
    ['a field more', (c) => put(c, 3, { ...at(c, 3), note: '' }), 3, 'changed'],
    ['a change with a new hash', (c) => put(c, 3, rehashed(at(c, 3), { result: 'x' })), 3, 'replaced'],
    [
      'the last one changed, with a new hash',
      (c) => put(c, 5, rehashed(at(c, 5), { result: 'x' })),
      5,
      'replaced',
    ],
    ['one removed', (c) => put(c, 3, null), 3, 'removed'],
    ['the first removed', (c) => put(c, 1, null), 1, 'removed'],
    ['the first two removed', (c) => put(put(c, 1, null), 2, null), 2, 'removed'],
    ['the tail removed', (c) => put(put(c, 4, null), 5, null), 4, 'truncated'],
    ['all removed', (c) => ({ ...c, stored: [] }), 5, 'truncated'],
    ['the head removed', (c) => ({ ...c, head: null }), 2, 'inserted'],
    ['one put in beside', (c) => put(c, 3, at(c, 3), '000000000003x'), 4, 'inserted'],
    [
      'two put in behind',
      (c) => {
        const six = linkedTo(c.head, ARN, { event: 'x', at: START, who: 'eve' });
        const seven = linkedTo(six, ARN, { event: 'x', at: START, who: 'eve' });
        return put(put(c, 6, six), 7, seven);
      },
      7,
      'inserted',
    ],
    ['two exchanged', (c) => put(put(c, 2, at(c, 4)), 4, at(c, 2)), 2, 'reordered'],
    [
      'two exchanged, with their sequences and hashes made to fit',
      (c) => put(put(c, 2, rehashed(at(c, 4), { sequence: 2 })), 4, rehashed(at(c, 2), { sequence: 4 })),
      1,
      'replaced',
    ],
    ['one marked as expired', (c) => put(c, 3, { ...at(c, 3), expiresAt: 1 }), 3, 'removed'],
    [
      'one marked as expired, with a new hash',
      (c) => put(c, 3, rehashed(at(c, 3), { expiresAt: 1 })),
      3,
      'removed',
    ],
  ])('with %s is broken there', (_name, tamper, sequence, reason) => {
    const verdict = verdictOf(tamper(written(5)));
    expect(verdict).toMatchObject({ kind: 'broken', sequence, reason });
  });

  it('of another secret is not taken for this one', () => {
    const { stored, head } = written(2);
    expect(verifyChain({ secretArn: `${ARN}x`, stored, head }, START)).toMatchObject({ reason: 'changed' });
  });

  it('stays intact while its oldest events expire, whichever of them the table has deleted already', () => {
    const chain = written(10, 100 * DAY_MS);
    const now = START + 950 * DAY_MS;
    const expired = chain.stored.filter(({ event }) => event.expiresAt * 1000 <= now).map(({ key }) => key);
    expect(expired).toHaveLength(6);
    fc.assert(
      fc.property(fc.subarray(expired), (deleted) => {
        const stored = chain.stored.filter(({ key }) => !deleted.includes(key));
        expect(verdictOf({ ...chain, stored }, now)).toMatchObject({ kind: 'intact', events: 4 });
      }),
    );
    expect(verdictOf(put(chain, 7, null), now)).toMatchObject({ sequence: 7, reason: 'removed' });
  });

  it('is intact when everything has expired, and goes on from its head', () => {
    const chain = written(3);
    const later = START + 1000 * DAY_MS;
    expect(verdictOf({ ...chain, stored: [] }, later)).toMatchObject({ kind: 'intact', events: 0 });
    const next = linkedTo(chain.head, ARN, { event: 'x', at: later, who: 'schedule' });
    const after = { stored: [{ key: eventKey(4), event: next }], head: next };
    expect(verdictOf(after, later + DAY_MS)).toMatchObject({ kind: 'intact', events: 1 });
  });

  it('never expires out of its order, though clocks differ', () => {
    const first = linkedTo(null, ARN, { event: 'x', at: START, who: 'schedule' });
    const second = linkedTo(first, ARN, { event: 'x', at: START - DAY_MS, who: 'schedule' });
    expect(second.expiresAt).toBe(first.expiresAt);
  });

  it('is broken by every change of any field of any event', () => {
    const chain = written(4);
    const fields = ['event', 'at', 'who', 'result', 'sequence', 'previous', 'previousExpiresAt', 'hash'];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(...fields),
        fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
        (sequence, field, value) => {
          fc.pre(at(chain, sequence)[field] !== value);
          const tampered = put(chain, sequence, { ...at(chain, sequence), [field]: value });
          expect(verdictOf(tampered).kind).toBe('broken');
        },
      ),
    );
  });
});

describe('canonical JSON', () => {
  it('is one text for one value, whatever the order of its fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('sorts as RFC 8785 section 3.2.3 wants it, by UTF-16 code units', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, 1: 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(Object.entries(value))))).toHaveLength(7);
    expect(canonicalJson(value)).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    );
  });

  it('leaves out what is undefined, as the table does', () => {
    expect(canonicalJson({ a: undefined, b: [1, { c: undefined }] })).toBe('{"b":[1,{}]}');
  });
});
