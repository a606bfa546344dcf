import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  GetArchiveCommand,
  GetIngressPointCommand,
  GetTrafficPolicyCommand,
  type MailManagerClient,
  paginateListAddonInstances,
  paginateListArchives,
  paginateListIngressPoints,
} from '@aws-sdk/client-mailmanager';
import {
  GetAccountSendingEnabledCommand,
  GetIdentityDkimAttributesCommand,
  GetIdentityMailFromDomainAttributesCommand,
  GetIdentityVerificationAttributesCommand,
  GetSendQuotaCommand,
  type IdentityMailFromDomainAttributes,
  paginateListIdentities,
  type SESClient,
} from '@aws-sdk/client-ses';
import {
  GetAccountCommand,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetDedicatedIpPoolCommand,
  paginateGetDedicatedIps,
  paginateListConfigurationSets,
  paginateListDedicatedIpPools,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import { gather } from '../check.ts';
import {
  type Archive,
  type ConfigurationSet,
  DEFAULT_POOL,
  type DedicatedIps,
  type IdentityFacts,
  type IngressPoint,
  type IpPool,
  type MailFrom,
  type SendingState,
  type SendQuota,
  type SesFacts,
} from '../subjects/ses.ts';
import { reputation } from './monitoring.ts';

/** The most that GetIdentityVerificationAttributes and its like take in one call. */
const IDENTITIES_A_CALL = 100;

/** What an account without a word on it has, since 2019. */
const HEALTHY = 'HEALTHY';

export interface SesSources {
  /** Version 1 tells of a hundred identities in one call, version 2 of one. */
  readonly ses: SESClient;
  readonly sesv2: SESv2Client;
  readonly mailManager: MailManagerClient;
  readonly cloudWatch: CloudWatchClient;
  readonly region: string;
  readonly now: number;
}

/** Amazon SES in one region: whether it may send, how much, from which identities, by which rules, and who watches. */
export async function sesAccount(sources: SesSources): Promise<SesFacts> {
  const { ses, sesv2, mailManager, cloudWatch, region, now } = sources;
  return {
    region,
    sendingEnabled: await gather(() => sendingEnabled(ses)),
    quota: await gather(() => sendQuota(ses)),
    identities: await gather(() => identities(ses)),
    state: await gather(() => sendingState(sesv2)),
    configurationSets: await gather(() => configurationSets(sesv2)),
    dedicatedIps: await gather(() => dedicatedIps(sesv2)),
    archives: await gather(() => archives(mailManager)),
    ingressPoints: await gather(() => ingressPoints(mailManager)),
    addOns: await gather(() => addOns(mailManager)),
    reputation: await gather(() => reputation(cloudWatch, now)),
  };
}

async function sendingEnabled(client: SESClient): Promise<boolean> {
  const { Enabled } = await client.send(new GetAccountSendingEnabledCommand({}));
  return Enabled === true;
}

async function sendQuota(client: SESClient): Promise<SendQuota> {
  const quota = await client.send(new GetSendQuotaCommand({}));
  return {
    max24Hours: quota.Max24HourSend ?? 0,
    sent24Hours: quota.SentLast24Hours ?? 0,
  };
}

async function identities(client: SESClient): Promise<Record<string, IdentityFacts>> {
  const names: string[] = [];
  for await (const { Identities = [] } of paginateListIdentities({ client }, {})) names.push(...Identities);
  const found: Record<string, IdentityFacts> = {};
  for (let start = 0; start < names.length; start += IDENTITIES_A_CALL) {
    Object.assign(found, await attributes(client, names.slice(start, start + IDENTITIES_A_CALL)));
  }
  return found;
}

async function attributes(client: SESClient, names: string[]): Promise<Record<string, IdentityFacts>> {
  const { VerificationAttributes } = await client.send(
    new GetIdentityVerificationAttributesCommand({ Identities: names }),
  );
  const { DkimAttributes } = await client.send(new GetIdentityDkimAttributesCommand({ Identities: names }));
  const { MailFromDomainAttributes } = await client.send(
    new GetIdentityMailFromDomainAttributesCommand({ Identities: names }),
  );
  return Object.fromEntries(
    names.map((name) => [
      name.toLowerCase(),
      {
        verification: VerificationAttributes?.[name]?.VerificationStatus ?? 'NotStarted',
        dkimEnabled: DkimAttributes?.[name]?.DkimEnabled === true,
        dkimVerification: DkimAttributes?.[name]?.DkimVerificationStatus ?? 'NotStarted',
        dkimTokens: DkimAttributes?.[name]?.DkimTokens ?? [],
        mailFrom: mailFromOf(MailFromDomainAttributes?.[name]),
      },
    ]),
  );
}

function mailFromOf(attributes: IdentityMailFromDomainAttributes | undefined): MailFrom | null {
  const { MailFromDomain, MailFromDomainStatus = 'Pending', BehaviorOnMXFailure } = attributes ?? {};
  if (!MailFromDomain) return null;
  const onMxFailure = BehaviorOnMXFailure ?? 'UseDefaultValue';
  return { domain: MailFromDomain, status: MailFromDomainStatus, onMxFailure };
}

async function sendingState(client: SESv2Client): Promise<SendingState> {
  const account = await client.send(new GetAccountCommand({}));
  return {
    production: account.ProductionAccessEnabled === true,
    enforcement: account.EnforcementStatus ?? HEALTHY,
    suppressed: account.SuppressionAttributes?.SuppressedReasons ?? [],
  };
}

async function configurationSets(client: SESv2Client): Promise<ConfigurationSet[]> {
  const sets: ConfigurationSet[] = [];
  for await (const { ConfigurationSets = [] } of paginateListConfigurationSets({ client }, {}))
    for (const name of ConfigurationSets) sets.push(await configurationSet(client, name));
  return sets;
}

async function configurationSet(client: SESv2Client, name: string): Promise<ConfigurationSet> {
  const asked = { ConfigurationSetName: name };
  const set = await client.send(new GetConfigurationSetCommand(asked));
  const { EventDestinations } = await client.send(new GetConfigurationSetEventDestinationsCommand(asked));
  const enabled = (EventDestinations ?? []).filter(({ Enabled }) => Enabled);
  return {
    name,
    tls: set.DeliveryOptions?.TlsPolicy ?? 'OPTIONAL',
    pool: set.DeliveryOptions?.SendingPoolName ?? null,
    reputationMetrics: set.ReputationOptions?.ReputationMetricsEnabled === true,
    suppressed: set.SuppressionOptions?.SuppressedReasons ?? null,
    archiveArn: set.ArchivingOptions?.ArchiveArn ?? null,
    events: [...new Set(enabled.flatMap(({ MatchingEventTypes }) => MatchingEventTypes ?? []))],
  };
}

/** The pools of dedicated addresses; one that Amazon SES manages may show none. */
async function dedicatedIps(client: SESv2Client): Promise<DedicatedIps> {
  const pools: Record<string, IpPool> = {};
  for await (const { DedicatedIpPools = [] } of paginateListDedicatedIpPools({ client }, {}))
    for (const name of DedicatedIpPools)
      pools[name] = { managed: await isManaged(client, name), warm: 0, warming: 0 };
  for await (const { DedicatedIps: ips = [] } of paginateGetDedicatedIps({ client }, {}))
    for (const { PoolName = DEFAULT_POOL, WarmupStatus } of ips) {
      const { managed, warm, warming } = pools[PoolName] ?? { managed: false, warm: 0, warming: 0 };
      const isWarming = WarmupStatus === 'IN_PROGRESS' ? 1 : 0;
      pools[PoolName] = { managed, warm: warm + 1 - isWarming, warming: warming + isWarming };
    }
  return pools;
}

async function isManaged(client: SESv2Client, name: string): Promise<boolean> {
  const { DedicatedIpPool } = await client.send(new GetDedicatedIpPoolCommand({ PoolName: name }));
  return DedicatedIpPool?.ScalingMode === 'MANAGED';
}

async function archives(client: MailManagerClient): Promise<Archive[]> {
  const found: Archive[] = [];
  for await (const { Archives = [] } of paginateListArchives({ client }, {}))
    for (const { ArchiveId } of Archives) found.push(await archive(client, ArchiveId));
  return found;
}

async function archive(client: MailManagerClient, ArchiveId: string | undefined): Promise<Archive> {
  const one = await client.send(new GetArchiveCommand({ ArchiveId }));
  return {
    arn: one.ArchiveArn ?? '',
    state: one.ArchiveState ?? '',
    ownKey: one.KmsKeyArn !== undefined,
    retention: one.Retention?.RetentionPeriod ?? null,
  };
}

/** Names of the add-ons by which others filter what comes in. */
async function addOns(client: MailManagerClient): Promise<string[]> {
  const names = new Set<string>();
  for await (const { AddonInstances = [] } of paginateListAddonInstances({ client }, {}))
    for (const { AddonName = '' } of AddonInstances) names.add(AddonName);
  return [...names];
}

async function ingressPoints(client: MailManagerClient): Promise<IngressPoint[]> {
  const found: IngressPoint[] = [];
  for await (const { IngressPoints = [] } of paginateListIngressPoints({ client }, {}))
    for (const { IngressPointId } of IngressPoints) found.push(await ingressPoint(client, IngressPointId));
  return found;
}

async function ingressPoint(
  client: MailManagerClient,
  IngressPointId: string | undefined,
): Promise<IngressPoint> {
  const one = await client.send(new GetIngressPointCommand({ IngressPointId }));
  const { TrafficPolicyId } = one;
  const policy = TrafficPolicyId
    ? await client.send(new GetTrafficPolicyCommand({ TrafficPolicyId }))
    : undefined;
  return {
    name: one.IngressPointName ?? '',
    status: one.Status ?? '',
    type: one.Type ?? '',
    tls: one.TlsPolicy ?? null,
    defaultAction: policy?.DefaultAction ?? null,
  };
}
