import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { MailManagerClient } from '@aws-sdk/client-mailmanager';
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
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { gather } from '../gathered.ts';
import { addOns, archives, ingressPoints } from './mail-manager.ts';
import { reputation } from './reputation.ts';
import type { IdentityFacts, MailFrom, SendQuota, SesFacts } from './ses.ts';
import { configurationSets, dedicatedIps, sendingState } from './ses-v2.ts';

/** The most that GetIdentityVerificationAttributes and its like take in one call. */
const IDENTITIES_A_CALL = 100;

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
    maxRate: quota.MaxSendRate ?? 0,
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
