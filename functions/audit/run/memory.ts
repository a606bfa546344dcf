import { seenRecords } from '../../mail-domain/domains.ts';
import type { ServerFacts } from '../../smtp/probe/facts.ts';
import type { Remembered, RememberedServer } from '../../table/items.ts';
import { isWorry } from '../check.ts';
import { type CredentialFacts, endpointOf } from '../subjects/credential.ts';
import type { Finding, Found } from './run.ts';

/** Records that could not be read this time, such as those of a former sender; more would grow for ever. */
const RECORDS_KEPT = 50;

/** Dates each failure and warning: a new one now, one that stands as before. Pure; `examinedAt` in ms since 1970. */
export function dated(findings: readonly Found[], history: Remembered | null, examinedAt: number): Finding[] {
  return findings.map((finding) => {
    if (!isWorry(finding)) return { ...finding, firstSeenAt: null };
    const first = history?.firstSeen[finding.check] ?? examinedAt;
    return { ...finding, firstSeenAt: new Date(first).toISOString() };
  });
}

/**
 * What the next audit shall know of this one. Pure. What could not be seen this time stays as it was: a server that is
 * down for a day is compared with what it was before, and a finding keeps its date over a check that was unknown.
 */
export function remember(facts: CredentialFacts, findings: readonly Finding[]): Remembered {
  const { examinedAt, history } = facts;
  return {
    examinedAt,
    server: serverSeen(facts) ?? history?.server ?? null,
    records: recordsSeen(facts),
    firstSeen: Object.fromEntries(findings.flatMap((finding) => firstSeen(finding, history))),
  };
}

/** Ids of the checks whose failure or warning of the last audit is gone, as far as was seen. Pure. */
export function resolved(findings: readonly Found[], history: Remembered | null): string[] {
  const stood = history?.firstSeen ?? {};
  const gone = findings.filter((finding) => !isWorry(finding) && finding.status !== 'unknown');
  return gone.map(({ check }) => check).filter((check) => stood[check] !== undefined);
}

function firstSeen({ check, status, firstSeenAt }: Finding, history: Remembered | null): [string, number][] {
  if (firstSeenAt !== null) return [[check, Date.parse(firstSeenAt)]];
  const before = history?.firstSeen[check];
  return status === 'unknown' && before !== undefined ? [[check, before]] : [];
}

function serverSeen({ content, server, examinedAt }: CredentialFacts): RememberedServer | undefined {
  const endpoint = endpointOf(content.known ? content.value : undefined);
  if (!endpoint || !server.known || !wasSeen(server.value)) return undefined;
  const { session, plaintext, mechanisms } = server.value;
  return {
    host: endpoint.host.toLowerCase(),
    port: endpoint.port,
    seenAt: examinedAt,
    spki256: session?.keyFingerprint256 ?? null,
    starttls: plaintext?.starttls ?? null,
    mechanisms,
  };
}

function recordsSeen({ domain, history, examinedAt }: CredentialFacts): Remembered['records'] {
  const read = (domain.known ? seenRecords(domain.value) : []).flatMap(([name, seen]) => {
    if (!seen.known) return [];
    const sha256 = seen.value;
    const before = history?.records[name];
    return [[name, { sha256, since: before?.sha256 === sha256 ? before.since : examinedAt }] as const];
  });
  const now = Object.fromEntries(read);
  const earlier = Object.entries(history?.records ?? {}).filter(([name]) => !(name in now));
  const kept = earlier.toSorted(([, a], [, b]) => b.since - a.since).slice(0, RECORDS_KEPT);
  return { ...Object.fromEntries(kept), ...now };
}

/** A probe that was cut short would leave holes in the memory, and the next audit would find nothing to compare with. */
function wasSeen({ greeting, plaintext, interrupted }: ServerFacts): boolean {
  return interrupted === null && (greeting !== null || plaintext !== null);
}
