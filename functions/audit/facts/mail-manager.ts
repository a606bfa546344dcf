import {
  GetArchiveCommand,
  GetIngressPointCommand,
  GetTrafficPolicyCommand,
  type MailManagerClient,
  paginateListAddonInstances,
  paginateListArchives,
  paginateListIngressPoints,
} from '@aws-sdk/client-mailmanager';
import type { Archive, IngressPoint } from './ses.ts';

export async function archives(client: MailManagerClient): Promise<Archive[]> {
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
export async function addOns(client: MailManagerClient): Promise<string[]> {
  const names = new Set<string>();
  for await (const { AddonInstances = [] } of paginateListAddonInstances({ client }, {}))
    for (const { AddonName = '' } of AddonInstances) names.add(AddonName);
  return [...names];
}

export async function ingressPoints(client: MailManagerClient): Promise<IngressPoint[]> {
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
    statements: policy?.PolicyStatements?.length ?? 0,
  };
}
