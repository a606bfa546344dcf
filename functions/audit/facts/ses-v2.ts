import { everyItem } from '../../aws/pages.ts';
import type { SesV2 } from '../../aws/sesv2.ts';
import {
  type ConfigurationSet,
  DEFAULT_POOL,
  type DedicatedIps,
  type IpPool,
  type SendingState,
} from './ses.ts';

type SesV2Api = Pick<SesV2, 'call'>;

/** What an account without a word on it has, since 2019. */
const HEALTHY = 'HEALTHY';

export async function sendingState(sesv2: SesV2Api): Promise<SendingState> {
  const account = await sesv2.call('GetAccount');
  return {
    production: account.ProductionAccessEnabled === true,
    enforcement: account.EnforcementStatus ?? HEALTHY,
    suppressed: account.SuppressionAttributes?.SuppressedReasons ?? [],
  };
}

export async function configurationSets(sesv2: SesV2Api): Promise<ConfigurationSet[]> {
  const names = await everyItem(
    (NextToken) => sesv2.call('ListConfigurationSets', { NextToken }),
    ({ ConfigurationSets }) => ConfigurationSets,
  );
  const sets: ConfigurationSet[] = [];
  for (const name of names) sets.push(await configurationSet(sesv2, name));
  return sets;
}

async function configurationSet(sesv2: SesV2Api, name: string): Promise<ConfigurationSet> {
  const set = await sesv2.call('GetConfigurationSet', { name });
  const { EventDestinations } = await sesv2.call('GetConfigurationSetEventDestinations', { name });
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
export async function dedicatedIps(sesv2: SesV2Api): Promise<DedicatedIps> {
  const ips = await everyItem(
    (NextToken) => sesv2.call('GetDedicatedIps', { NextToken }),
    ({ DedicatedIps: found }) => found,
  );
  const names = await everyItem(
    (NextToken) => sesv2.call('ListDedicatedIpPools', { NextToken }),
    ({ DedicatedIpPools }) => DedicatedIpPools,
  );
  const pools: Record<string, IpPool> = {};
  for (const name of names) pools[name] = { managed: await isManaged(sesv2, name), warm: 0, warming: 0 };
  for (const { PoolName = DEFAULT_POOL, WarmupStatus } of ips) {
    const { managed, warm, warming } = pools[PoolName] ?? { managed: false, warm: 0, warming: 0 };
    const isWarming = WarmupStatus === 'IN_PROGRESS' ? 1 : 0;
    pools[PoolName] = { managed, warm: warm + 1 - isWarming, warming: warming + isWarming };
  }
  return pools;
}

async function isManaged(sesv2: SesV2Api, name: string): Promise<boolean> {
  const { DedicatedIpPool } = await sesv2.call('GetDedicatedIpPool', { name });
  return DedicatedIpPool?.ScalingMode === 'MANAGED';
}
