import { missing } from '../../audit/gathered.ts';
import type { DnsResolver } from './resolver.ts';

const LATE = 'this domain has taken too long';

/**
 * Asks nothing more when `limitMs` are over: one domain whose name servers are slow on purpose must not take the time of
 * all the others. `clock` in milliseconds from any fixed point.
 */
export function withPatience(dns: DnsResolver, limitMs: number, clock: () => number): DnsResolver {
  const deadline = clock() + limitMs;
  const isLate = () => clock() >= deadline;
  return {
    query: async (name, type) =>
      isLate() ? { kind: 'failed', reason: 'timeout', code: LATE } : dns.query(name, type),
    security: async (name, type) => (isLate() ? missing('timeout', LATE) : dns.security(name, type)),
  };
}
