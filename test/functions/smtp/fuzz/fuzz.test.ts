import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { oneOf } from '../../../support/share.ts';
import { Arena, type Outcome } from './arena.ts';
import { type Dialogue, dialogue, PASSWORD, USERNAME } from './dialogues.ts';
import { FINAL_REPLIES } from './final-replies.ts';
import { mayBeBad, mayBeGood } from './happened.ts';

const SERVERS = 64;
const BATCH = 1_000;
const BATCHES = 10 / oneOf(5);
/** A dialogue that keeps to the RFCs must come to its end however busy this computer is. */
const PATIENCE_MS = 20_000;
const BUDGET_MS = 1_000;
/** Past the budget: for a QUIT, and for a busy computer. */
const GRACE_MS = 5_000;
const RECORD_LIMIT = 16_384;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const SECRETS = [PASSWORD, base64(PASSWORD), base64(`\0${USERNAME}\0${PASSWORD}`)];

let arena: Arena;
const seen = new Map<string, number>();
beforeAll(async () => {
  arena = await Arena.open(SERVERS);
});
afterAll(() => arena.close());

it('never lies, leaks, hangs or crashes, whatever a server says', { timeout: 240_000 }, async () => {
  const batch = fc.array(dialogue, { minLength: BATCH, maxLength: BATCH });
  await fc.assert(
    fc.asyncProperty(batch, async (dialogues) => {
      for (const outcome of await arena.perform(dialogues, budgetOf)) check(outcome);
    }),
    { numRuns: BATCHES, endOnFailure: true },
  );
  const total = [...seen.values()].reduce((sum, count) => sum + count);
  console.log(`fuzz: ${total} dialogues: ${inspect(Object.fromEntries(seen), { breakLength: 110 })}`);
  expect(total).toBeGreaterThanOrEqual(BATCH * BATCHES);
});

function budgetOf({ spoilt }: Dialogue): number {
  return spoilt === 0 ? PATIENCE_MS : BUDGET_MS;
}

function check(outcome: Outcome): void {
  const { dialogue: played } = outcome;
  const { verdict } = outcome.result;
  seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  const flaws = [...flawsOf(outcome), ...(played.spoilt === 0 ? reserve(outcome) : [])];
  if (outcome.tookMs > budgetOf(played) + GRACE_MS) flaws.push(`took ${outcome.tookMs} ms`);
  if (flaws.length > 0) throw new Error(`${flaws} (${verdict}) in ${inspect(played, { depth: 9 })}`);
}

function flawsOf({ evidence, result, happened }: Outcome): string[] {
  const { credential } = result;
  const record = JSON.stringify({ evidence, result }) + inspect(evidence, { depth: 9 });
  const flaws = {
    'AUTH in clear text': happened.leakedInClear,
    'a false good': credential === 'good' && !mayBeGood(happened),
    'a false bad': credential === 'bad' && !mayBeBad(happened),
    'AUTH that was not told of': happened.method !== null && !evidence.authSent,
    'the password in a record': SECRETS.some((secret) => record.includes(secret)),
    'a record too long': record.length > RECORD_LIMIT,
  };
  return Object.entries(flaws).flatMap(([flaw, found]) => (found ? [flaw] : []));
}

/** Saying `unknown` to everything would be no lie either. */
function reserve({ result, happened: { isPresented, answer } }: Outcome): string[] {
  const known = FINAL_REPLIES.find(({ text }) => text.replaceAll('\r\n', '\n') === answer?.text);
  if (!isPresented || !known) return [];
  const expected = known.proves === 'nothing' ? 'unknown' : known.proves;
  return result.credential === expected ? [] : [`not ${expected}`];
}
