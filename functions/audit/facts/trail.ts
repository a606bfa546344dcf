import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  type LookupAttribute,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import type { Readers } from './account.ts';

const READ: LookupAttribute[] = [{ AttributeKey: 'EventName', AttributeValue: 'GetSecretValue' }];
const PAGE_SIZE = 50;
/** CloudTrail takes two calls a second of LookupEvents: a minute or two, and 10,000 events. */
const MOST_PAGES = 200;
/** As long as CloudTrail keeps the history of events. */
const HISTORY_MS = 90 * 24 * 60 * 60 * 1000;
/** Names of readers that are kept for each secret. */
const MOST_READERS = 5;

export async function trailLogs(client: CloudTrailClient): Promise<boolean> {
  const { trailList } = await client.send(new DescribeTrailsCommand({}));
  for (const { TrailARN } of trailList ?? []) {
    const { IsLogging } = await client.send(new GetTrailStatusCommand({ Name: TrailARN }));
    if (IsLogging) return true;
  }
  return false;
}

/** Who read which secret, the newest reads first, as far back as CloudTrail and the bound go. */
export async function readers(client: CloudTrailClient, stack: string, now: number): Promise<Readers> {
  const asked = { LookupAttributes: READ, MaxResults: PAGE_SIZE, StartTime: new Date(now - HISTORY_MS) };
  const bySecret = new Map<string, Set<string>>();
  let pages = 0;
  let since = now - HISTORY_MS;
  for await (const { Events = [], NextToken } of paginateLookupEvents({ client }, asked)) {
    for (const { CloudTrailEvent = '' } of Events) note(bySecret, CloudTrailEvent, stack);
    pages += 1;
    if (NextToken && pages === MOST_PAGES) {
      since = Events.at(-1)?.EventTime?.getTime() ?? now;
      break;
    }
  }
  const named = [...bySecret].map(([secret, names]) => [secret, [...names]] as const);
  return { since, bySecret: Object.fromEntries(named) };
}

function note(bySecret: Map<string, Set<string>>, event: string, stack: string): void {
  const { userIdentity, requestParameters, errorCode } = JSON.parse(event) as ReadEvent;
  const secret = requestParameters?.secretId;
  const reader = nameOf(userIdentity);
  if (!secret || errorCode || reader.startsWith(`role/${stack}-`)) return;
  const names = bySecret.get(secret) ?? new Set();
  if (names.size < MOST_READERS) bySecret.set(secret, names.add(reader));
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
interface ReadEvent {
  readonly errorCode?: string;
  readonly requestParameters?: { readonly secretId?: string } | null;
  readonly userIdentity: {
    readonly type?: string;
    readonly userName?: string;
    readonly invokedBy?: string;
    readonly sessionContext?: { readonly sessionIssuer?: { readonly userName?: string } };
  };
}

function nameOf({ type = '', userName, invokedBy, sessionContext }: ReadEvent['userIdentity']): string {
  const role = sessionContext?.sessionIssuer?.userName;
  if (role) return `role/${role}`;
  return userName ? `user/${userName}` : (invokedBy ?? type);
}
