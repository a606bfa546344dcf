import { Resolver } from 'node:dns/promises';
import type { Answer, CaaRecord, LookupFailure, RecordData, RecordType } from './dns.ts';

const TIMEOUT_MS = 2000;
const TRIES = 2;

type Ask = {
  readonly [T in RecordType]: (dns: Resolver, name: string) => Promise<readonly RecordData[T][]>;
};

const ASK: Ask = {
  A: (dns, name) => dns.resolve4(name),
  AAAA: (dns, name) => dns.resolve6(name),
  CNAME: (dns, name) => dns.resolveCname(name),
  PTR: (dns, name) => dns.resolvePtr(name),
  TXT: (dns, name) => dns.resolveTxt(name),
  MX: async (dns, name) =>
    (await dns.resolveMx(name)).map(({ priority, exchange }) => ({ preference: priority, exchange })),
  CAA: async (dns, name) => (await dns.resolveCaa(name)).map(caaRecord),
  TLSA: async (dns, name) =>
    (await dns.resolveTlsa(name)).map(({ certUsage, selector, match, data }) => ({
      usage: certUsage,
      selector,
      matching: match,
      data: Buffer.from(data).toString('hex'),
    })),
};

/** Node keeps the tag of a CAA record as the name of the property that holds its value, beside `critical` and `type`. */
function caaRecord(record: object): CaaRecord {
  const { critical, type: _type, ...rest }: Record<string, unknown> = { ...record };
  const [tag = '', value = ''] = Object.entries(rest)[0] ?? [];
  return { critical: critical !== 0, tag, value: String(value) };
}

/** Whether this is `address` or `address:port`, as `SystemDns` takes it. */
export function isNameServer(text: string): boolean {
  try {
    new Resolver().setServers([text]);
    return true;
  } catch {
    return false;
  }
}

/** The name servers that this computer uses, or `servers` (`address:port`). */
export class SystemDns {
  readonly #dns = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });

  constructor(servers?: readonly string[]) {
    if (servers) this.#dns.setServers(servers);
  }

  /** Never rejects. */
  async query<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    try {
      const records = await ASK[type](this.#dns, name);
      return records.length > 0 ? { kind: 'found', records } : { kind: 'no-data' };
    } catch (error) {
      return failure(codeOf(error));
    }
  }
}

/** A name that cannot be written in the DNS (EBADNAME) is not in it either. */
function failure(code: string): Exclude<Answer<never>, { kind: 'found' }> {
  if (code === 'ENODATA') return { kind: 'no-data' };
  if (code === 'ENOTFOUND' || code === 'EBADNAME') return { kind: 'not-found' };
  const reason: LookupFailure = code === 'ETIMEOUT' || code === 'ECANCELLED' ? 'timeout' : 'dns-failed';
  return { kind: 'failed', reason, code };
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'error';
}
