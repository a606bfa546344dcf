import { describe, expect, it } from 'vitest';
import { draws, FAULT_RATE, FAULTS, Faults, propagation } from '../../../sandbox/chaos/faults.ts';

const REQUEST = { method: 'POST', path: '/', headers: {}, body: '' };

/** What happened to one call, in its order. */
async function call(drawn: number, calm = false): Promise<string[]> {
  const happened: string[] = [];
  const faults = new Faults({
    random: () => drawn,
    rate: FAULT_RATE.rotate,
    crash: async () => void happened.push('crashed'),
  });
  if (calm) faults.calm();
  const forward = async () => {
    happened.push('carried out');
    return { status: 200, contentType: 'text/plain', body: '' };
  };
  await faults.answer(REQUEST, forward).then(
    () => happened.push('answered'),
    () => happened.push('not answered'),
  );
  return happened;
}

describe('a call between a function and AWS', () => {
  it.each([
    [0, ['crashed', 'not answered']],
    [1, ['carried out', 'crashed', 'not answered']],
    [2, ['not answered']],
    [3, ['carried out', 'not answered']],
    [4, ['carried out', 'answered']],
  ])('drawn as %s: %j', async (drawn, happened) => {
    expect(await call((drawn + 0.5) * FAULT_RATE.rotate)).toEqual(happened);
  });

  it('is never disturbed once the faults have ended', async () => {
    expect(await call(0, true)).toEqual(['carried out', 'answered']);
  });

  it('meets each fault about as often as the others', async () => {
    const faults = new Faults({ random: draws(1, 'rotate'), rate: FAULT_RATE.rotate, crash: async () => {} });
    const forward = async () => ({ status: 200, contentType: 'text/plain', body: '' });
    for (let calls = 0; calls < 20_000; calls += 1) await faults.answer(REQUEST, forward).catch(() => {});
    for (const fault of FAULTS) {
      expect(faults.counts[fault]).toBeGreaterThan(100);
      expect(faults.counts[fault]).toBeLessThan(220);
    }
    expect(faults.calls).toBe(20_000);
  });
});

describe('a seed', () => {
  const row = (seed: number, name: string) => Array.from({ length: 5 }, draws(seed, name));

  it('draws the same row again, and another for another name or seed', () => {
    expect(row(7, 'rotate')).toEqual(row(7, 'rotate'));
    expect(row(7, 'rotate')).not.toEqual(row(7, 'retire'));
    expect(row(7, 'rotate')).not.toEqual(row(8, 'rotate'));
  });

  it('decides how long each new key is unknown: for the same key always as long, up to six seconds', () => {
    const delayOf = propagation(7);
    const keys = Array.from({ length: 200 }, (_, index) => `AKIA${index}`);
    const delays = keys.map(delayOf);
    expect(keys.map(delayOf)).toEqual(delays);
    expect(keys.map(propagation(7))).toEqual(delays);
    expect(Math.max(...delays)).toBeLessThanOrEqual(6000);
    expect(delays.filter((delay) => delay > 1500).length).toBeGreaterThan(0);
    expect(new Set(delays).size).toBeGreaterThan(190);
  });
});
