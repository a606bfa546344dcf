import { describe, expect, it } from 'vitest';
import type { Truth } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours/all.ts';
import { serve } from './serve.ts';
import { resultWith } from './tools/keyturn.ts';

const CREDENTIAL: Readonly<Record<Truth, string>> = {
  works: 'good',
  'does not work': 'bad',
  'cannot be known': 'unknown',
};
/** For servers whose answer comes, however busy this computer is. */
const PATIENCE_MS = 30_000;
/** For servers that never answer: their verdict is that the time is over. */
const IMPATIENCE_MS = 500;

describe('the conformance suite', () => {
  it('has at least 60 behaviours, each of its own name', () => {
    expect(BEHAVIOURS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(BEHAVIOURS.map(({ name }) => name)).size).toBe(BEHAVIOURS.length);
  });

  it.concurrent.each(BEHAVIOURS)(
    'Keyturn is right about: $name',
    { timeout: 2 * PATIENCE_MS },
    async (behaviour) => {
      const server = await serve(behaviour);
      const budgetMs = behaviour.verdict.startsWith('timeout:') ? IMPATIENCE_MS : PATIENCE_MS;
      const result = await resultWith(server, budgetMs);
      await server.close();
      expect(result).toMatchObject({
        credential: CREDENTIAL[behaviour.truth],
        verdict: behaviour.verdict,
      });
    },
  );
});
