import { setTimeout as sleep } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createTransport } from 'nodemailer';
import { dnsCache } from 'nodemailer/lib/shared';
import { rotatingTransport } from '../../client/rotating-transport.ts';
import { smtpOptions } from '../../client/smtp-options.ts';
import { ORDERS } from '../deploy/credentials.ts';
import { currentCredential } from '../job/job.ts';
import type { Sandbox } from '../sandbox.ts';

/** A message begins so often (ms), whether those before it have ended or not. */
const PACE_MS = 50;

export interface Loss {
  readonly subject: string;
  readonly at: Date;
  readonly why: string;
}

export interface Message {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** nodemailer, as far as it sends. */
export interface Mailer {
  sendMail(message: Message): Promise<unknown>;
  close(): void;
}

export interface Sender {
  /** Subjects that the server has accepted. */
  readonly accepted: readonly string[];
  readonly losses: readonly Loss[];
  /** Resolves when every message that was begun has ended. */
  stop(): Promise<void>;
}

/** Sends without pause, each message with a subject of its own, until it is stopped. */
function startSender(mailer: Mailer, name: string): Sender {
  const accepted: string[] = [];
  const losses: Loss[] = [];
  const send = async (subject: string) => {
    try {
      await mailer.sendMail({ from: ORDERS.from, to: 'customer@example.net', subject, text: 'Chaos.\n' });
      accepted.push(subject);
    } catch (error) {
      losses.push({ subject, at: new Date(), why: String(error) });
    }
  };
  let stopped = false;
  const run = async () => {
    const sends: Promise<void>[] = [];
    for (let count = 1; !stopped; count += 1) {
      sends.push(send(`${name} ${count}`));
      await sleep(PACE_MS);
    }
    await Promise.all(sends);
    mailer.close();
  };
  const running = run();
  const stop = () => {
    stopped = true;
    return running;
  };
  return { accepted, losses, stop };
}

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
