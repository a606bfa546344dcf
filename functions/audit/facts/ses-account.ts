import {
  GetAccountSendingEnabledCommand,
  GetIdentityDkimAttributesCommand,
  GetIdentityVerificationAttributesCommand,
  GetSendQuotaCommand,
  paginateListIdentities,
  type SESClient,
} from '@aws-sdk/client-ses';
import { gather } from '../gathered.ts';
import type { IdentityFacts, SendQuota, SesFacts } from './ses.ts';

/** The most that GetIdentityVerificationAttributes and GetIdentityDkimAttributes take in one call. */
const IDENTITIES_A_CALL = 100;

/** Amazon SES in one region: whether it may send, how much, and from which identities. */
export async function sesAccount(client: SESClient, region: string): Promise<SesFacts> {
  return {
    region,
    sendingEnabled: await gather(() => sendingEnabled(client)),
    quota: await gather(() => sendQuota(client)),
    identities: await gather(() => identities(client)),
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
  for await (const page of paginateListIdentities({ client }, {})) names.push(...(page.Identities ?? []));
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
  return Object.fromEntries(
    names.map((name) => [
      name.toLowerCase(),
      {
        verification: VerificationAttributes?.[name]?.VerificationStatus ?? 'NotStarted',
        dkimEnabled: DkimAttributes?.[name]?.DkimEnabled === true,
        dkimVerification: DkimAttributes?.[name]?.DkimVerificationStatus ?? 'NotStarted',
      },
    ]),
  );
}
