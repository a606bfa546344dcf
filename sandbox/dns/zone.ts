import { type Answer, decode, encode, type Packet } from 'dns-packet';

/** A zone written down as RFC 1035 section 5.1 has it, one record a line, without classes and times to live. */
export interface Zone {
  readonly origin: string;
  readonly records: readonly Answer[];
  /** What lines that begin with `;!` say, word by word: what a zone file cannot, and what a test expects of it. */
  readonly remarks: readonly (readonly string[])[];
}

const TTL = 300;

/** Throws on a line that it does not understand. */
export function parseZone(text: string): Zone {
  const lines = text.split('\n').map((line) => line.trim());
  const remarks = lines
    .filter((line) => line.startsWith(';!'))
    .map((line) => line.slice(2).trim().split(/\s+/));
  const origin = /^\$ORIGIN (\S+)\.$/m.exec(text)?.[1] ?? '';
  const records = lines
    .filter((line) => line !== '' && !/^[;$]/.test(line))
    .map((line) => record(line, origin));
  return { origin, records, remarks };
}

function record(line: string, origin: string): Answer {
  const [, owner = '', type = '', rest = ''] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  const name = absolute(owner, origin);
  const words = rest.split(/\s+/);
  const [first = '', second = '', third = '', fourth = ''] = words;
  const common = { name, ttl: TTL };
  switch (type) {
    case 'A':
    case 'AAAA':
      return { ...common, type, data: first };
    case 'CNAME':
    case 'PTR':
      return { ...common, type, data: absolute(first, origin) };
    case 'MX':
      return { ...common, type, data: { preference: Number(first), exchange: absolute(second, origin) } };
    case 'TXT':
      return { ...common, type, data: strings(rest) };
    case 'CAA':
      return {
        ...common,
        type,
        data: { flags: Number(first), tag: second as 'issue', value: strings(rest)[0] ?? '' },
      };
    case 'TLSA':
      return {
        ...common,
        type,
        data: {
          usage: Number(first),
          selector: Number(second),
          matchingType: Number(third),
          certificate: Buffer.from(fourth, 'hex'),
        },
      };
    default:
      throw new Error(`no zone line: ${line}`);
  }
}

function absolute(name: string, origin: string): string {
  if (name === '@') return origin;
  return name.endsWith('.') ? name.slice(0, -1) : `${name}.${origin}`;
}

/** `\"` and `\;` stand for the characters themselves. */
function strings(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1'));
}

const SERVFAIL = 2;
const NXDOMAIN = 3;
const AUTHENTIC_DATA = 1 << 5;
const CHECKING_DISABLED = 1 << 4;
const MOST_ALIASES = 8;

/** Answers queries in wire format from zones, as a resolver does: it follows aliases and, if told so, validates. */
export class ZoneAnswers {
  readonly #zones: readonly Zone[];
  readonly #records: readonly Answer[];

  constructor(zones: readonly Zone[]) {
    this.#zones = zones;
    this.#records = zones.flatMap(({ records }) => records);
  }

  /** Null: the zone says that its server is silent. */
  plain(query: Buffer): Buffer | null {
    return this.#answer(decode(query), false);
  }

  /** As a resolver that validates: AD for a secure zone, SERVFAIL for a bogus one. */
  validated(query: Buffer): Buffer | null {
    return this.#answer(decode(query), true);
  }

  #answer(query: Packet, validates: boolean): Buffer | null {
    const [question] = query.questions ?? [];
    if (!question) throw new Error('a query without a question');
    const name = question.name.toLowerCase();
    if (this.#remark(name, 'silent')) return null;
    const security = validates ? this.#remark(name, 'dnssec')?.[1] : undefined;
    const unchecked = ((query.flags ?? 0) & CHECKING_DISABLED) !== 0;
    const failed = this.#remark(name, 'servfail') !== undefined || (security === 'bogus' && !unchecked);
    const answers = failed ? [] : this.#chase(name, question.type);
    const rcode = failed ? SERVFAIL : this.#codeFor(name, answers);
    const flags = rcode | (security === 'secure' ? AUTHENTIC_DATA : 0);
    return encode({ type: 'response', id: query.id ?? 0, flags, questions: [question], answers });
  }

  #codeFor(name: string, answers: readonly Answer[]): number {
    return answers.length === 0 && this.#at(name).length === 0 && !this.#exists(name) ? NXDOMAIN : 0;
  }

  #chase(name: string, type: string): Answer[] {
    const found: Answer[] = [];
    let at = name;
    for (let hop = 0; hop < MOST_ALIASES; hop += 1) {
      const here = this.#at(at);
      const wanted = here.filter((one) => one.type === type);
      const alias = here.find((one) => one.type === 'CNAME');
      if (wanted.length > 0 || alias?.type !== 'CNAME') return [...found, ...wanted];
      found.push(alias);
      at = alias.data.toLowerCase();
    }
    return found;
  }

  /** Those of the name, or of the wildcard that stands for it (RFC 4592 section 3.3.1). */
  #at(name: string): readonly Answer[] {
    if (this.#exists(name)) return this.#records.filter((one) => one.name.toLowerCase() === name);
    const [, ...above] = name.split('.');
    const encloser = above.findIndex((_label, index) => this.#exists(above.slice(index).join('.')));
    const wildcard = `*.${above.slice(encloser).join('.')}`;
    return this.#records
      .filter((one) => one.name.toLowerCase() === wildcard)
      .map((one) => ({ ...one, name }));
  }

  #exists(name: string): boolean {
    return this.#records.some((one) => `.${one.name.toLowerCase()}`.endsWith(`.${name}`));
  }

  /** `;! servfail <name>` and `;! silent <name>` are for one name, `;! dnssec <state>` is for the zone. */
  #remark(name: string, kind: string): readonly string[] | undefined {
    return this.#zones
      .filter(({ origin }) => `.${name}`.endsWith(`.${origin}`))
      .flatMap(({ remarks }) => remarks)
      .find(([said, at]) => said === kind && (kind === 'dnssec' || at?.toLowerCase() === name));
  }
}
