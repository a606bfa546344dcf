import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoginQueue, shareOf } from '../../../functions/validation/batch.ts';
import { OutOfTime } from '../../../functions/validation/bulkhead.ts';

/** Runs `count` logins on each host and notes how many were under way at a time. */
async function run(hosts: readonly string[], count: number) {
  const queue = new LoginQueue(() => 20_000);
  const under = new Map<string, number>();
  const most = { toOneHost: 0, inAll: 0 };
  const login = async (host: string) => {
    under.set(host, (under.get(host) ?? 0) + 1);
    most.toOneHost = Math.max(most.toOneHost, under.get(host) ?? 0);
    most.inAll = Math.max(
      most.inAll,
      [...under.values()].reduce((sum, n) => sum + n, 0),
    );
    await sleep(1);
    under.set(host, (under.get(host) ?? 0) - 1);
    return host;
  };
  const jobs = hosts.flatMap((host) =>
    Array.from({ length: count }, () => queue.run(host, () => login(host))),
  );
  return { done: (await Promise.all(jobs)).length, most };
}

describe('the logins of a batch', () => {
  it('are two at a time to one host', async () => {
    expect(await run(['one.example'], 20)).toEqual({ done: 20, most: { toOneHost: 2, inAll: 2 } });
  });

  it('are ten at a time in all', async () => {
    const hosts = Array.from({ length: 25 }, (_, index) => `h${index}.example`);
    expect(await run(hosts, 2)).toEqual({ done: 50, most: { toOneHost: 2, inAll: 10 } });
  });

  it('count a host once, however its name is written', async () => {
    const { most } = await run(['Mail.Example', 'mail.example'], 4);
    expect(most.inAll).toBe(2);
  });

  it('of one host never wait for a slow other one', async () => {
    const queue = new LoginQueue(() => 20_000);
    const slow = Promise.withResolvers<void>();
    const stuck = Array.from({ length: 30 }, () => queue.run('slow.example', () => slow.promise));
    expect(await queue.run('quick.example', async () => 'done')).toBe('done');
    slow.resolve();
    await Promise.all(stuck);
  });

  it('do not begin when too little time is left, and say so', async () => {
    const begun: number[] = [];
    const queue = new LoginQueue(() => 2999);
    const late = queue.run('one.example', async ({ budgetMs }) => begun.push(budgetMs));
    await expect(late).rejects.toBeInstanceOf(OutOfTime);
    expect(begun).toEqual([]);
  });
});

describe('the share of the time', () => {
  it.each([
    [26_000, 1, 10_000],
    [26_000, 2, 10_000],
    [26_000, 10, 5200],
    [26_000, 50, 3000],
    [4000, 50, 3000],
    [4000, 1, 4000],
    [2999, 1, null],
    [-5, 1, null],
  ])('with %i ms left and %i logins to the host: %s ms', (remainingMs, unfinished, share) => {
    expect(shareOf(remainingMs, unfinished)).toBe(share);
  });

  it('is never more than what is left', () => {
    const least = { min: 1, max: 60 };
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 40_000 }), fc.integer(least), (remainingMs, unfinished) => {
        const share = shareOf(remainingMs, unfinished);
        expect(share ?? 0).toBeLessThanOrEqual(Math.max(0, remainingMs));
      }),
    );
  });
});
