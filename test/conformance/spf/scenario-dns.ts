import { decode, encode, type Answer as WireRecord } from 'dns-packet';
import {
  type Answer,
  type DnsResolver,
  missing,
  type RecordData,
  type RecordType,
} from '../../../functions/net/dns/dns.ts';
import type { Entry, Scenario } from './suite.ts';

type Wire = Readonly<Record<string, (data: unknown) => unknown>>;

/** From the suite's way to write data down to that of dns-packet. */
const TO_WIRE: Wire = {
  TXT: (data) => [data].flat().map((text) => Buffer.from(String(text), 'latin1')),
  MX: (data) => {
    const [preference, exchange] = data as [number, string];
    return { preference, exchange };
  },
};
/** From dns-packet to what our resolver answers. */
const FROM_WIRE: Wire = {
  TXT: (data) => [data].flat().map((octets) => Buffer.from(octets as Buffer).toString('latin1')),
};
const MOST_ALIASES = 8;
/** Longer names and labels cannot be asked (RFC 1035 section 2.3.4). */
const ASKABLE = /^[^.]{1,63}(\.[^.]{1,63})*$/;

/** The zone of a scenario as a resolver. Each answer goes through wire format; SPF records are served as TXT. */
export class ScenarioDns implements DnsResolver {
  readonly #zone: Scenario['zone'];

  constructor({ zone }: Scenario) {
    this.#zone = zone;
  }

  async query<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
    let at = name.toLowerCase().replace(/\.$/, '');
    for (let hop = 0; hop < MOST_ALIASES; hop += 1) {
      const entries = ASKABLE.test(at) ? this.#zone.get(at) : undefined;
      const [alias] = entries && dataOf(entries, type).length === 0 ? dataOf(entries, 'CNAME') : [];
      if (alias === undefined) return this.#answer(at, type, entries);
      at = String(alias).toLowerCase();
    }
    return { kind: 'failed', reason: 'dns-failed', code: 'ESERVFAIL' };
  }

  #answer<T extends RecordType>(name: string, type: T, entries: readonly Entry[] | undefined): Answer<T> {
    if (!entries) return { kind: this.#hasBelow(name) ? 'no-data' : 'not-found' };
    const records = dataOf(entries, type);
    if (records.length > 0) return { kind: 'found', records: overTheWire(name, type, records) };
    return entries.includes('TIMEOUT')
      ? { kind: 'failed', reason: 'timeout', code: 'ETIMEOUT' }
      : { kind: 'no-data' };
  }

  async security() {
    return missing('dns-failed', 'SPF does not ask for DNSSEC');
  }

  #hasBelow(name: string): boolean {
    return [...this.#zone.keys()].some((one) => one.endsWith(`.${name}`));
  }
}

/** Where a name has no TXT entry of its own, its SPF entries are; `TXT: NONE` says that it has none at all. */
function dataOf(entries: readonly Entry[], type: string): unknown[] {
  const of = (wanted: string) =>
    entries.flatMap((entry) =>
      typeof entry === 'object' && entry !== null && wanted in entry ? [Reflect.get(entry, wanted)] : [],
    );
  const own = of(type);
  const data = type === 'TXT' && own.length === 0 ? of('SPF') : own;
  return data.filter((value) => value !== 'NONE' && !(Array.isArray(value) && value.length === 0));
}

function overTheWire<T extends RecordType>(
  name: string,
  type: T,
  records: readonly unknown[],
): RecordData[T][] {
  const toWire = TO_WIRE[type] ?? ((data: unknown) => data);
  const fromWire = FROM_WIRE[type] ?? ((data: unknown) => data);
  const answers = records.map((data) => ({ name, type, ttl: 1, data: toWire(data) }) as WireRecord);
  const { answers: decoded = [] } = decode(encode({ type: 'response', answers }));
  return decoded.map((record) => fromWire('data' in record ? record.data : undefined) as RecordData[T]);
}
