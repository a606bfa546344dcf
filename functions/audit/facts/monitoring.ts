import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  type LookupAttribute,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import {
  type CloudWatchClient,
  DescribeAlarmsForMetricCommand,
  GetMetricDataCommand,
  type MetricAlarm,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
import {
  type CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { METRIC_NAMESPACE, RESTORE_DRILL } from '../../observe/names.ts';
import type { AlarmFacts, LogFacts, LogGroup, Readers } from '../subjects/account.ts';
import type { Reputation } from '../subjects/ses.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** FilterLogEvents answers empty pages while it searches; so many for one group, and the search is cut short. */
const MOST_LOG_PAGES = 50;
/** As an SMTP client logs it, RFC 4954 section 4. */
const LOGIN = '"AUTH PLAIN "';
const INITIAL_RESPONSE = /AUTH PLAIN ([A-Za-z0-9+/]{4,}={0,2})/g;
/** As in a URL or a form; what a logger has put in place of it is no password. */
const PASSWORD = '"pass="';
const PASSWORD_GIVEN = /\bpass=(?!(?:undefined|null|redacted|hidden)\b)[^\s&,;"'<>*()[\]{}]{4,}/i;
const AT = '"@"';
/** With a domain of letters at its end, unlike `package@1.2.3`; bounded, so that a long line costs linear time. */
const ADDRESS = /[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,9}[a-z]{2,}/i;

const READ: LookupAttribute[] = [{ AttributeKey: 'EventName', AttributeValue: 'GetSecretValue' }];
const PAGE_SIZE = 50;
/** CloudTrail takes two calls a second of LookupEvents: a minute or two, and 10,000 events. */
const MOST_TRAIL_PAGES = 200;
/** As long as CloudTrail keeps the history of events. */
const HISTORY_MS = 90 * DAY_MS;
/** Names of readers that are kept for each secret. */
const MOST_READERS = 5;

/** Keyturn's own log groups, and the logins and mail addresses of the last day that are in them. Counted, never quoted. */
export async function logFacts(client: CloudWatchLogsClient, stack: string, now: number): Promise<LogFacts> {
  const groups = await logGroups(client, stack);
  const leaks: Record<string, number> = {};
  const addresses: Record<string, number> = {};
  let complete = true;
  for (const { name } of groups) {
    const logins = await search(client, name, LOGIN, carriesLogin, now);
    const passwords = await search(client, name, PASSWORD, (message) => PASSWORD_GIVEN.test(message), now);
    const people = await search(client, name, AT, (message) => ADDRESS.test(message), now);
    const leaking = logins.lines + passwords.lines;
    if (leaking > 0) leaks[name] = leaking;
    if (people.lines > 0) addresses[name] = people.lines;
    complete &&= logins.complete && passwords.complete && people.complete;
  }
  return { groups, leaks, addresses, complete };
}

async function logGroups(client: CloudWatchLogsClient, stack: string): Promise<LogGroup[]> {
  const asked = { logGroupNamePrefix: `${stack}-` };
  const found: LogGroup[] = [];
  for await (const { logGroups: groups = [] } of paginateDescribeLogGroups({ client }, asked)) {
    for (const { logGroupName: name = '', retentionInDays, kmsKeyId } of groups)
      found.push({ name, retentionDays: retentionInDays ?? null, ownKey: kmsKeyId !== undefined });
  }
  return found;
}

async function search(
  client: CloudWatchLogsClient,
  logGroupName: string,
  filterPattern: string,
  isFound: (message: string) => boolean,
  now: number,
) {
  const asked = { logGroupName, filterPattern, startTime: now - DAY_MS, endTime: now };
  let lines = 0;
  let pages = 0;
  for await (const { events, nextToken } of paginateFilterLogEvents({ client }, asked)) {
    lines += events?.filter(({ message }) => isFound(message ?? '')).length ?? 0;
    pages += 1;
    if (nextToken && pages === MOST_LOG_PAGES) return { lines, complete: false };
  }
  return { lines, complete: true };
}

/** RFC 4616: authorization identity, user name and password with NULs between; words of a manual hold none. */
function carriesLogin(message: string): boolean {
  return [...message.matchAll(INITIAL_RESPONSE)].some(
    ([, response = '']) => Buffer.from(response, 'base64').toString('latin1').split('\0').length === 3,
  );
}

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
    if (NextToken && pages === MOST_TRAIL_PAGES) {
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

const SES_NAMESPACE = 'AWS/SES';
const BOUNCE_RATE = 'Reputation.BounceRate';
const COMPLAINT_RATE = 'Reputation.ComplaintRate';
const HOUR_SECONDS = 60 * 60;

const DRILL_DAYS = 180;

/** The last value within a day of each rate that AWS judges an account by, and who watches them. */
export async function reputation(client: CloudWatchClient, now: number): Promise<Reputation> {
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - DAY_MS),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [query('bounce', BOUNCE_RATE), query('complaint', COMPLAINT_RATE)],
    }),
  );
  const latest = (id: string) => MetricDataResults?.find(({ Id }) => Id === id)?.Values?.[0] ?? null;
  return {
    bounceRate: latest('bounce'),
    complaintRate: latest('complaint'),
    watched: await watchedMetrics(client),
  };
}

function query(Id: string, MetricName: string) {
  const Metric = { Namespace: SES_NAMESPACE, MetricName };
  return { Id, MetricStat: { Metric, Period: HOUR_SECONDS, Stat: 'Maximum' } };
}

async function watchedMetrics(client: CloudWatchClient): Promise<string[]> {
  const watched: string[] = [];
  for (const MetricName of [BOUNCE_RATE, COMPLAINT_RATE]) {
    const { MetricAlarms } = await client.send(
      new DescribeAlarmsForMetricCommand({ Namespace: SES_NAMESPACE, MetricName }),
    );
    if (MetricAlarms?.some(acts)) watched.push(MetricName);
  }
  return watched;
}

/** Alarms whose names begin with the name of the stack. */
export async function ownAlarms(client: CloudWatchClient, stack: string): Promise<AlarmFacts[]> {
  const found: AlarmFacts[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNamePrefix: stack }))
    found.push(...MetricAlarms.map((alarm) => ({ name: alarm.AlarmName ?? '', acts: acts(alarm) })));
  return found;
}

function acts({ ActionsEnabled, AlarmActions }: MetricAlarm): boolean {
  return ActionsEnabled !== false && (AlarmActions?.length ?? 0) > 0;
}

/** The last day with a datum of the metric that a person puts after a rehearsed restore; null: none in half a year. */
export async function lastDrill(client: CloudWatchClient, now: number): Promise<number | null> {
  const Metric = { Namespace: METRIC_NAMESPACE, MetricName: RESTORE_DRILL };
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - DRILL_DAYS * DAY_MS),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        { Id: 'drill', MetricStat: { Metric, Period: DAY_MS / 1000, Stat: 'SampleCount' } },
      ],
    }),
  );
  return MetricDataResults?.[0]?.Timestamps?.[0]?.getTime() ?? null;
}
