/** A vitest setup file: no test reaches beyond this computer, and one that tries fails, whatever it does with the error. */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { afterEach, expect } from 'vitest';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/i;

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
/** What a call would reach beyond this computer; undefined when it stays here. */
type Beyond = (args: readonly unknown[], self: unknown) => string | undefined;

function guard(holder: object, name: string, beyond: Beyond): void {
  const original: AnyFunction = Reflect.get(holder, name);
  Reflect.set(holder, name, function (this: unknown, ...args: unknown[]) {
    const target = beyond(args, this);
    if (target === undefined) return Reflect.apply(original, this, args);
    attempts.push(`${name} ${target}`);
    throw Object.assign(new Error(`unit: network is refused: ${name} ${target}`), { code: 'ENETUNREACH' });
  });
}

/**
 * `net.Socket.connect` takes (options), (port, host), (path), and from `net.connect` those in one array.
 * A name is stopped when it is looked up: a test may bring a `lookup` of its own.
 */
const address: Beyond = ([first, second]) => {
  if (Array.isArray(first)) return address(first, undefined);
  const host = typeof first === 'object' && first !== null ? Reflect.get(first, 'host') : second;
  return typeof host === 'string' && net.isIP(host) !== 0 ? unlessLocal(host) : undefined;
};

const firstArgument: Beyond = ([name]) => unlessLocal(String(name));

/** A DNS query goes where the resolver is set to ask. */
const question: Beyond = ([name], resolver) => {
  const ownServers =
    resolver instanceof dns.Resolver || resolver instanceof dns.promises.Resolver
      ? resolver.getServers()
      : [];
  const asksHere = ownServers.length > 0 && ownServers.every((server) => /^(127\.|\[::1\])/.test(server));
  return asksHere ? undefined : String(name);
};

function unlessLocal(host: string): string | undefined {
  return LOOPBACK.test(host) ? undefined : host;
}

function guardAll(): string[] {
  guard(net.Socket.prototype, 'connect', address);
  for (const api of [dns, dns.promises]) {
    guard(api, 'lookup', firstArgument);
    guard(api, 'lookupService', firstArgument);
    for (const name of Object.keys(dns).filter((key) => /^(resolve|reverse)/.test(key))) {
      guard(api, name, question);
      guard(api.Resolver.prototype, name, question);
    }
  }
  syncBuiltinESMExports();
  return [];
}

/** This file runs once for each test file, in one process for several of them. */
const GUARDED = Symbol.for('keyturn.network-guard');
const attempts: string[] = (Reflect.get(globalThis, GUARDED) as string[] | undefined) ?? guardAll();
Reflect.set(globalThis, GUARDED, attempts);

afterEach(() => {
  expect(attempts.splice(0), 'attempts to reach beyond this computer').toEqual([]);
});
