import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface SpfCase {
  readonly name: string;
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  /** Each is right: the RFC leaves some results to the implementation. */
  readonly results: readonly string[];
}

/** What one name holds: `TIMEOUT`, or a type and its data. */
export type Entry = string | Readonly<Record<string, unknown>>;

export interface Scenario {
  readonly description: string;
  readonly cases: readonly SpfCase[];
  /** By name in lower case. */
  readonly zone: ReadonlyMap<string, readonly Entry[]>;
}

interface Document {
  readonly description: string;
  readonly tests: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly zonedata: Readonly<Record<string, readonly Entry[]>>;
}

/** The OpenSPF test suite for RFC 7208 (rfc7208-tests.LICENSE), as it is published. */
export function openSpfSuite(): Scenario[] {
  const text = readFileSync(join(import.meta.dirname, 'rfc7208-tests.yml'), 'utf8');
  return parseAllDocuments(text, { uniqueKeys: false, version: '1.1' }).map((parsed) => {
    const { description, tests, zonedata }: Document = parsed.toJS();
    return {
      description,
      cases: Object.entries(tests).map(([name, test]) => spfCase(name, test)),
      zone: new Map(Object.entries(zonedata).map(([name, entries]) => [name.toLowerCase(), entries])),
    };
  });
}

function spfCase(name: string, test: Readonly<Record<string, unknown>>): SpfCase {
  return {
    name,
    helo: String(test.helo),
    host: String(test.host),
    mailfrom: String(test.mailfrom ?? ''),
    results: [test.result].flat().map(String),
  };
}
