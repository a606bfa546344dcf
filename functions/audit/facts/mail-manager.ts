import type {
  GetArchiveCommandOutput,
  GetIngressPointCommandOutput,
  GetTrafficPolicyCommandOutput,
  ListAddonInstancesCommandOutput,
  ListArchivesCommandOutput,
  ListIngressPointsCommandOutput,
} from '@aws-sdk/client-mailmanager';
import { everyItem } from '../../aws/pages.ts';
import type { Archive, IngressPoint } from './ses.ts';

/** `JsonApi` of Mail Manager, a part of Amazon SES with an API of its own. */
export interface MailManager {
  call(operation: string, input: object): Promise<unknown>;
}

export async function archives(mailManager: MailManager): Promise<Archive[]> {
  const found = await everyItem(
    async (NextToken) => (await mailManager.call('ListArchives', { NextToken })) as ListArchivesCommandOutput,
    ({ Archives }) => Archives,
  );
  const read: Archive[] = [];
  for (const { ArchiveId } of found) read.push(await archive(mailManager, ArchiveId));
  return read;
}

async function archive(mailManager: MailManager, ArchiveId: string | undefined): Promise<Archive> {
  const one = (await mailManager.call('GetArchive', { ArchiveId })) as GetArchiveCommandOutput;
  return {
    arn: one.ArchiveArn ?? '',
    state: one.ArchiveState ?? '',
    ownKey: one.KmsKeyArn !== undefined,
    retention: one.Retention?.RetentionPeriod ?? null,
  };
}

/** Names of the add-ons by which others filter what comes in. */
export async function addOns(mailManager: MailManager): Promise<string[]> {
  const found = await everyItem(
    async (NextToken) =>
      (await mailManager.call('ListAddonInstances', { NextToken })) as ListAddonInstancesCommandOutput,
    ({ AddonInstances }) => AddonInstances,
  );
  return [...new Set(found.map(({ AddonName }) => AddonName ?? ''))];
}

export async function ingressPoints(mailManager: MailManager): Promise<IngressPoint[]> {
  const found = await everyItem(
    async (NextToken) =>
      (await mailManager.call('ListIngressPoints', { NextToken })) as ListIngressPointsCommandOutput,
    ({ IngressPoints }) => IngressPoints,
  );
  const read: IngressPoint[] = [];
  for (const { IngressPointId } of found) read.push(await ingressPoint(mailManager, IngressPointId));
  return read;
}

async function ingressPoint(
  mailManager: MailManager,
  IngressPointId: string | undefined,
): Promise<IngressPoint> {
  const one = (await mailManager.call('GetIngressPoint', { IngressPointId })) as GetIngressPointCommandOutput;
  const { TrafficPolicyId } = one;
  const policy = TrafficPolicyId
    ? ((await mailManager.call('GetTrafficPolicy', { TrafficPolicyId })) as GetTrafficPolicyCommandOutput)
    : undefined;
  return {
    name: one.IngressPointName ?? '',
    status: one.Status ?? '',
    type: one.Type ?? '',
    tls: one.TlsPolicy ?? null,
    defaultAction: policy?.DefaultAction ?? null,
    statements: policy?.PolicyStatements?.length ?? 0,
  };
}
