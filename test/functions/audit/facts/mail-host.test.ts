import { expect, it } from 'vitest';
import { HostTurns, SharedProbes } from '../../../../functions/audit/facts/mail-host.ts';
import type { Endpoint } from '../../../../functions/net/endpoint.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { credential, server } from '../sound-facts.ts';

it('lets one credential of a host at it at a time, in their order, whatever the letters of its name', async () => {
  const turns = new HostTurns();
  let there = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      turns.run(at % 2 ? 'mail.example.com' : 'Mail.Example.COM', async () => {
        there += 1;
        most = Math.max(most, there);
        for (let tick = 10 - at; tick > 0; tick -= 1) await Promise.resolve();
        order.push(at);
        there -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('does not let one host wait for another', async () => {
  const turns = new HostTurns();
  const { promise: never } = Promise.withResolvers<void>();
  void turns.run('slow.example.com', () => never);
  expect(await turns.run('fast.example.com', async () => 'there')).toBe('there');
});

it('goes on after one that failed', async () => {
  const turns = new HostTurns();
  const failed = turns.run('mail.example.com', () => Promise.reject(new Error('reset')));
  const next = turns.run('mail.example.com', async () => 'there');
  await expect(failed).rejects.toThrow('reset');
  expect(await next).toBe('there');
});

const greeting = (text: string) => ({ ...server, greeting: { code: 220, enhanced: null, text } });

it('probes a server once for all that log in there, and another port, trust or security for itself', async () => {
  const probed: Endpoint[] = [];
  const probes = new SharedProbes(async (endpoint) => {
    probed.push(endpoint);
    return greeting(`probe ${probed.length}`);
  });
  const { endpoint } = credential;
  const texts = await Promise.all(
    [endpoint, { ...endpoint }, { ...endpoint, port: 2587 }, { ...endpoint, ca: 'PEM' }, endpoint].map(
      async (one) => (await probes.of(one, credential, 1000)).greeting?.text,
    ),
  );
  expect(texts).toEqual(['probe 1', 'probe 1', 'probe 2', 'probe 3', 'probe 1']);
});

it('shares no password that the server learnt in a login: neither the first one nor that of whom it is shared with', async () => {
  const ada = { ...credential, password: new Redacted('ada-V8kq2LxZr9Tn4WsB') };
  const bob = { ...credential, password: new Redacted('bob-M3pXc7Vn1QaYt5Re') };
  const probes = new SharedProbes(async () =>
    greeting(`mail ${ada.password.reveal()} ${bob.password.reveal()} ready`),
  );
  await probes.of(ada.endpoint, ada, 1000);
  const shared = await probes.of(bob.endpoint, bob, 1000);
  expect(shared.greeting?.text).toBe('[redacted]');
});
