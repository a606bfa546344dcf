import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createTransport } from 'nodemailer';
import { dnsCache } from 'nodemailer/lib/shared';
import { rotatingTransport } from '../../client/rotating-transport.ts';
import { smtpOptions } from '../../client/smtp-options.ts';
import { ORDERS } from '../deploy/credentials.ts';
import { currentCredential } from '../job/secret.ts';
import type { Sandbox } from '../sandbox.ts';
import { type Sender, startSender } from './sender.ts';

/** A sender that uses Keyturn's client as documented. */
export interface Application extends Sender {
  /** How often it read the secret. */
  reads(): number;
}

export interface Applications {
  /** One logs in for each message, one keeps its connections. */
  readonly documented: readonly Application[];
  /** Reads the secret once, as many do: what it loses, this run would have cost the others without the client. */
  readonly control: Sender;
}

export async function startApplications(sandbox: Sandbox): Promise<Applications> {
  // nodemailer asks a DNS server for every name, even for this one.
  dnsCache.set('localhost', { value: { addresses: ['127.0.0.1'] } });
  const credential = await currentCredential(sandbox.clients.secretsManager, ORDERS.secretName);
  return {
    documented: [startApplication(sandbox, 'single', false), startApplication(sandbox, 'pooled', true)],
    control: startSender(createTransport(smtpOptions(credential)), 'control'),
  };
}

function startApplication({ cloud }: Sandbox, name: string, pool: boolean): Application {
  const secretsManager = new SecretsManagerClient(cloud.account);
  let reads = 0;
  secretsManager.middlewareStack.add((next) => (args) => {
    reads += 1;
    return next(args);
  });
  const transport = rotatingTransport({ secretId: ORDERS.secretName, secretsManager, pool });
  return { ...startSender(createTransport(transport), name), reads: () => reads };
}
