import type { LedgerEvent } from '../../table/items.ts';
import type { Suspect } from './decision.ts';

/** One moment of an incident; ISO 8601. */
export interface Moment {
  readonly at: string;
  readonly what: string;
}

/** What is known of the suspects and was done to their secret since the oldest of them was made, oldest first. */
export function incidentTimeline(suspects: readonly Suspect[], events: readonly LedgerEvent[]): Moment[] {
  const births = suspects.flatMap(({ createdAt }) => createdAt ?? []);
  const since = births.length > 0 ? Math.min(...births) : 0;
  const moments = [
    ...suspects.flatMap(ofSuspect),
    ...events.filter(({ at }) => at >= since).map((event) => ({ at: event.at, what: wordsOf(event) })),
  ];
  return moments
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, what }) => ({ at: new Date(at).toISOString(), what }));
}

function ofSuspect({ id, createdAt, lastUsedAt, lastUsedBy }: Suspect) {
  const used = `${id} was last used${lastUsedBy ? ` (${lastUsedBy})` : ''}`;
  return [
    ...(createdAt === null ? [] : [{ at: createdAt, what: `${id} was made` }]),
    ...(lastUsedAt === null ? [] : [{ at: lastUsedAt, what: used }]),
  ];
}

function wordsOf({ event, who, ...details }: LedgerEvent): string {
  const about = [details.operation, details.step, details.credentialId, details.versionId, details.result];
  const words = about.filter((word) => typeof word === 'string').join(' ');
  return `${event} ${words} by ${who}`;
}
