import { expect, it } from 'vitest';
import { missing } from '../../../../functions/audit/check.ts';
import { Domains } from '../../../../functions/mail-domain/domains.ts';
import type { Answer, RecordType } from '../../../../functions/net/dns/dns.ts';
import { credential, ses } from '../sound-facts.ts';

/** As long as our resolver waits for a server that is silent. */
const SLOW_MS = 4000;
const NAMES = Array.from({ length: 40 }, (_, index) => `mx:n${index}.example.com`);

it('a domain whose record leads to hundreds of slow answers takes a minute at the most', async () => {
  let now = 0;
  let turn: Promise<void> | undefined;
  /** What is asked at the same time is answered at the same time. */
  const slowly = () => {
    turn ??= new Promise((resolve) =>
      setImmediate(() => {
        now += SLOW_MS;
        turn = undefined;
        resolve();
      }),
    );
    return turn;
  };
  const domains = new Domains(
    {
      dns: {
        query: async <T extends RecordType>(_name: string, type: T): Promise<Answer<T>> => {
          await slowly();
          if (type !== 'TXT') return { kind: 'failed', reason: 'timeout', code: 'ETIMEOUT' };
          const found: Answer<'TXT'> = { kind: 'found', records: [[`v=spf1 ${NAMES.join(' ')} -all`]] };
          return found as Answer<T>;
        },
        security: async () => {
          await slowly();
          return missing('timeout', 'no answer');
        },
      },
      fetchPolicy: async () => ({ kind: 'unreached', reason: 'timeout', code: 'TimeoutError' }),
      askExchanger: async () => missing('egress-blocked', 'no connect'),
      selectors: [],
    },
    () => now,
  );
  const facts = await domains.facts(credential, ses);
  expect(now).toBeLessThanOrEqual(60_000);
  expect(facts).toMatchObject({
    known: true,
    value: { spf: { only: { evaluation: { result: 'temperror' } } } },
  });
});
