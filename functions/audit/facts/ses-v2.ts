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
import {
  type ConfigurationSet,
  DEFAULT_POOL,
  type DedicatedIps,
  type IpPool,
  type SendingState,
} from './ses.ts';

/** What an account without a word on it has, since 2019. */
const HEALTHY = 'HEALTHY';

export async function sendingState(client: SESv2Client): Promise<SendingState> {
  const account = await client.send(new GetAccountCommand({}));
  return {
    production: account.ProductionAccessEnabled === true,
    enforcement: account.EnforcementStatus ?? HEALTHY,
    suppressed: account.SuppressionAttributes?.SuppressedReasons ?? [],
  };
}

export async function configurationSets(client: SESv2Client): Promise<ConfigurationSet[]> {
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
export async function dedicatedIps(client: SESv2Client): Promise<DedicatedIps> {
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
