import { createHash } from 'node:crypto';

/**
 * An endless row of numbers from 0 up to 1, the same for the same seed and name. Each subject draws from a row of its
 * own, so that one which draws more often does not change what the others get.
 */
export function draws(seed: number, name: string): () => number {
  let count = 0;
  return () => {
    count += 1;
    const digest = createHash('sha256').update(`${seed} ${name} ${count}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  };
}
