import type { Answer } from 'dns-packet';

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
