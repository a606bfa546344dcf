import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import { setEnvironment } from '../deploy/cdk.ts';
import { ORDERS } from '../deploy/credentials.ts';
import { currentCredential } from '../job/job.ts';
import type { Sandbox } from '../sandbox.ts';

/** Between two runs of the retire function (ms), at least and at most: it meets rotations at any moment. */
const PAUSE_MS = [100, 700] as const;
/** A look that dies keeps its secret for half a minute, and several die in a row; a replaced key that is there by then (ms) will stay. */
const LIMIT_MS = 5 * 60_000;

/** The access keys of the one user, and the schedule that retires the replaced ones. */
export class ReplacedKeys {
  /** Runs of the retire function, and those of them that failed. */
  readonly runs = { all: 0, failed: 0 };
  readonly #sandbox: Sandbox;
  readonly #random: () => number;
  readonly #userName: string;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(sandbox: Sandbox, userName: string, random: () => number) {
    this.#sandbox = sandbox;
    this.#userName = userName;
    this.#random = random;
  }

  /** Sets every waiting time to nothing, and runs the retire function without end. */
  static async retire(sandbox: Sandbox, random: () => number): Promise<ReplacedKeys> {
    const { clients, outputs } = sandbox;
    const { provider } = await currentCredential(clients.secretsManager, ORDERS.secretName);
    if (provider?.type !== 'ses') throw new Error(`expected ${ORDERS.secretName} to be of Amazon SES`);
    await setEnvironment(clients.lambda, outputs.RetireFunctionName, {
      [ENVIRONMENT.overlapHours]: '0',
      [ENVIRONMENT.soakHours]: '0',
    });
    const keys = new ReplacedKeys(sandbox, provider.userName, random);
    keys.#running = keys.#run();
    return keys;
  }

  /** Ids of all keys, in use or not. */
  async ids(): Promise<string[]> {
    const { AccessKeyMetadata = [] } = await this.#sandbox.clients.iam.send(
      new ListAccessKeysCommand({ UserName: this.#userName }),
    );
    return AccessKeyMetadata.map(({ AccessKeyId = '' }) => AccessKeyId);
  }

  /** Resolves when only one key is left. */
  async retired(): Promise<void> {
    for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await sleep(100)) {
      if ((await this.ids()).length === 1) return;
    }
    throw new Error(`the replaced key of ${this.#userName} was not retired in ${LIMIT_MS / 1000} s`);
  }

  /** Resolves when the run under way has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#running;
  }

  async #run(): Promise<void> {
    const [least, most] = PAUSE_MS;
    while (!this.#stopped) {
      await this.#retireOnce();
      await sleep(least + this.#random() * (most - least));
    }
  }

  /** As a schedule does, it goes on, whatever becomes of a run: one may find its function killed, or about to start anew. */
  async #retireOnce(): Promise<void> {
    const { clients, outputs } = this.#sandbox;
    const invocation = new InvokeCommand({
      FunctionName: outputs.RetireFunctionName,
      Payload: JSON.stringify({ secretId: ORDERS.secretName }),
    });
    const hasFailed = await clients.lambda.send(invocation).then(
      ({ FunctionError }) => FunctionError !== undefined,
      () => true,
    );
    this.runs.all += 1;
    if (hasFailed) this.runs.failed += 1;
  }
}

/** A rotation that has not ended by then (ms) is stuck for good: the login budget may hold a key back for a quarter of an hour. */
const ROTATION_LIMIT_MS = 20 * 60_000;
const BETWEEN_TRIES_MS = 200;
/** In every third rotation the replaced key still holds its slot when the next one begins. */
const UNRETIRED_SHARE = 1 / 3;

export interface Rotations {
  rotations: number;
  /** Of all rotations together; more than one for each whose function crashed. */
  tries: number;
}

/**
 * Rotates again and again, as Secrets Manager does: a rotation that failed is tried again with its own token until it is
 * done, or with another one when its AWSPENDING was taken away. Resolves to how many tries they took; rejects when one
 * never ends.
 */
export async function rotateOften(
  sandbox: Sandbox,
  keys: ReplacedKeys,
  rotations: number,
  random: () => number,
): Promise<number> {
  let tries = 0;
  for (let done = 0; done < rotations; done += 1) {
    if (random() >= UNRETIRED_SHARE) await keys.retired();
    tries += await rotateOnce(sandbox);
  }
  return tries;
}

/** Resolves to how many tries it took. */
async function rotateOnce({ cloud, clients }: Sandbox): Promise<number> {
  const SecretId = ORDERS.secretName;
  let token = randomUUID();
  const deadline = Date.now() + ROTATION_LIMIT_MS;
  for (let tries = 1; Date.now() < deadline; tries += 1) {
    await clients.secretsManager.send(new RotateSecretCommand({ SecretId, ClientRequestToken: token }));
    await cloud.rotationSettled(SecretId);
    const { VersionIdsToStages } = await clients.secretsManager.send(new DescribeSecretCommand({ SecretId }));
    const labels = VersionIdsToStages?.[token] ?? [];
    if (labels.includes('AWSCURRENT')) return tries;
    if (!labels.includes('AWSPENDING')) token = randomUUID();
    await sleep(BETWEEN_TRIES_MS);
  }
  throw new Error(`the rotation ${token} did not end in ${ROTATION_LIMIT_MS / 60_000} minutes`);
}
