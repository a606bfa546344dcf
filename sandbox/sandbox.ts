import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { endsIn, exchange } from '../functions/net/http.ts';
import { send } from '../functions/net/send.ts';
import { type Clients, type Cloud, type CloudOptions, clientsOf, openCloud } from './cloud.ts';
import { deployApp, functionNames, type Outputs, setEnvironment } from './deploy/cdk.ts';
import {
  type AdoptedCredential,
  adoptedCredentials,
  createPrerequisites,
  sandboxContext,
} from './deploy/credentials.ts';
import { openSenderDomains } from './dns/name-server.ts';
import { type MailServers, openMailServers } from './mail/mail-servers.ts';
import { ensurePythonEnvironment } from './ministack/python.ts';
import type { Children } from './processes.ts';
import type { Progress } from './progress.ts';

/** Git-ignored: what is worth keeping between two runs, and the last report. */
export const KEEP = join(import.meta.dirname, '../.keyturn');

/** The rotation has to wait for a new access key, as on AWS. */
const PROPAGATION_MS = 1000;

export interface SandboxOptions {
  readonly children: Children;
  /** Everything that is written while the sandbox runs; its owner removes it. */
  readonly folder: string;
  readonly progress: Progress;
  /** A local AWS that runs already. */
  readonly localAwsUrl?: string | undefined;
  /** How long a new access key is unknown to the SES endpoint (ms). @default - one second */
  readonly propagationMs?: (accessKeyId: string) => number;
}

/** Keyturn, deployed on this computer, with the mail servers its credentials are for. */
export interface Sandbox {
  readonly cloud: Cloud;
  readonly clients: Clients;
  readonly servers: MailServers;
  readonly adopted: readonly AdoptedCredential[];
  readonly outputs: Outputs;
  readonly folder: string;
  close(): Promise<void>;
}

/** Brings everything up to where `cdk deploy` has ended. Rejects with StepFailed. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { children, folder, progress, propagationMs = () => PROPAGATION_MS } = options;
  const host = await findHost(options);
  const cloud = await progress.step('start the local AWS', async (step) => {
    const opened = await openCloud({ children, folder, host });
    const policies = 'url' in host ? '' : ', IAM policies enforced';
    step.detail(`${opened.account.endpoint}, account ${opened.accountId}${policies}`);
    return opened;
  });
  const servers = await progress.step('start the mail servers', () => openMailServers(cloud, propagationMs));
  const domains = await openSenderDomains();
  const clients = clientsOf(cloud.account);
  const adopted = adoptedCredentials(randomBytes(18).toString('base64'));
  await progress.step('create what is there before Keyturn: a SES domain, five secrets', () =>
    createPrerequisites(clients, servers, adopted),
  );
  const outputs = await progress.step('deploy the CDK app', async () => {
    const deployed = await deployApp({
      children,
      cloud,
      folder,
      context: sandboxContext(servers, adopted, domains.address),
    });
    if ('url' in host) await leadThroughGateway(clients, cloud, deployed);
    return deployed;
  });
  const close = async () => {
    await Promise.all([domains.close(), servers.close(), cloud.close()]);
  };
  return { cloud, clients, servers, adopted, outputs, folder, close };
}

function findHost({ children, progress, localAwsUrl }: SandboxOptions): Promise<CloudOptions['host']> {
  if (localAwsUrl) {
    const url = localAwsUrl.replace(/\/$/, '');
    return progress.step('find the local AWS that KEYTURN_LOCAL_AWS_URL names', () => reachable(url));
  }
  return progress.step('prepare MiniStack in a Python environment', async (step) => {
    const { python, installed } = await ensurePythonEnvironment(KEEP, children);
    if (installed === 'before') step.detail('installed before');
    return { python };
  });
}

/** Of whatever a local AWS says of itself. */
const MOST_BYTES = 1024 * 1024;
const LIMIT_MS = 10_000;

async function reachable(url: string): Promise<{ url: string }> {
  const answer = await exchange(send, url, {}, { signal: endsIn(LIMIT_MS), mostBytes: MOST_BYTES });
  if (answer.kind === 'unanswered')
    throw new Error(`expected a local AWS at ${url}, but nothing answers there`);
  return { url };
}

/** A local AWS that was not started for this sandbox gives its functions its own address, not the gateway's. */
async function leadThroughGateway({ lambda }: Clients, { account }: Cloud, outputs: Outputs): Promise<void> {
  for (const name of functionNames(outputs)) {
    await setEnvironment(lambda, name, { AWS_ENDPOINT_URL: account.endpoint });
  }
}
