import { spf } from 'mailauth/lib/spf/index.js';
import type { DnsResolver, RecordData, RecordType } from '../../net/dns/dns.ts';
import { SPF_LIMITS, type SpfLimits } from './record.ts';

export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

export interface SpfQuestion {
  /** IPv4 or IPv6 address of the client. */
  readonly ip: string;
  readonly helo: string;
  /** MAIL FROM; empty for a bounce. */
  readonly sender: string;
}

export interface SpfEvaluation {
  readonly result: SpfResult;
  /** The evaluator's words for an error; may quote a record. */
  readonly detail: string;
  /** DNS queries as RFC 7208 section 4.6.4 counts them, and those of them that found nothing. */
  readonly lookups: number;
  readonly voids: number;
}

const ELAPSED_MS = 20_000;

/** `check_host()` of RFC 7208 section 4, to the letter, over our resolver. Never rejects. */
export async function checkHost(
  { ip, helo, sender }: SpfQuestion,
  dns: DnsResolver,
  limits: SpfLimits = SPF_LIMITS,
): Promise<SpfEvaluation> {
  const { status, lookups } = await spf({
    ip,
    helo,
    sender,
    mta: 'audit',
    strict: true,
    maxResolveCount: limits.lookups,
    maxVoidCount: limits.voids,
    maxElapsedTime: ELAPSED_MS,
    resolver: (name, type) => records(dns, name, type as RecordType) as Promise<string[]>,
  });
  return {
    result: status.result as SpfResult,
    detail: /during lookup of \S*: (.*)$/s.exec(status.comment || '')?.[1] ?? '',
    lookups: lookups?.count ?? 0,
    voids: lookups?.void ?? 0,
  };
}

/** An answer as `dns.promises.resolve` would give it, errors included; the evaluator's types know strings only. */
async function records(dns: DnsResolver, name: string, type: RecordType): Promise<unknown[]> {
  const answer = await dns.query(name, type);
  if (answer.kind === 'found')
    return answer.records.map((record) => (type === 'MX' ? nodeMx(record) : record));
  const code = { 'no-data': 'ENODATA', 'not-found': 'ENOTFOUND', failed: 'ESERVFAIL' }[answer.kind];
  throw Object.assign(new Error(`DNS ${code}`), { code });
}

function nodeMx(record: RecordData[RecordType]): unknown {
  if (typeof record !== 'object' || !('preference' in record)) return record;
  return { priority: record.preference, exchange: record.exchange };
}
