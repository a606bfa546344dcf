import { draws } from './draws.ts';

/** Most keys are known soon, a few after the rotation's second try: its waits are 1 to 2 and then 8 to 16 seconds long. */
const USUAL_MS = 1500;
const LONG_MS = 6000;
const LONG_SHARE = 0.05;

/** How long each new access key is unknown to the SES endpoint (ms), at random, and the same whenever it is asked. */
export function propagation(seed: number): (accessKeyId: string) => number {
  const random = draws(seed, 'propagation');
  const delays = new Map<string, number>();
  return (accessKeyId) => {
    const known = delays.get(accessKeyId);
    if (known !== undefined) return known;
    const delay = random() * (random() < LONG_SHARE ? LONG_MS : USUAL_MS);
    delays.set(accessKeyId, delay);
    return delay;
  };
}
