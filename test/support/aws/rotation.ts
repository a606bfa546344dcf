import { InvalidRequestException } from '@aws-sdk/client-secrets-manager';
import { type RotateAnswer, type RotationEvent, Rotator } from '../../../sandbox/gateway/rotation.ts';
import { ROTATE } from '../lambda/environment.ts';
import type { InProcessSecretsManager } from './secrets-manager.ts';

export interface RotationOptions {
  readonly now: () => number;
  readonly newToken: () => string;
  /** One invocation of the rotation function; it rejects when the step failed. */
  readonly invoke: (event: RotationEvent) => Promise<unknown>;
}

export type RotationResult =
  | { readonly kind: 'rotated'; readonly token: string }
  | { readonly kind: 'tested'; readonly token: string }
  | { readonly kind: 'failed'; readonly token: string; readonly step: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Secrets Manager's rotation in this process: the sandbox's orchestrator of the four steps, on secrets held in memory. */
export class InProcessRotation {
  readonly #secrets: InProcessSecretsManager;
  readonly #rotator: Rotator;
  #failure: { readonly step: string; readonly reason: string } | undefined;

  constructor(secrets: InProcessSecretsManager, { now, newToken, invoke }: RotationOptions) {
    this.#secrets = secrets;
    this.#rotator = new Rotator({
      versions: async (arn) =>
        Object.fromEntries(
          secrets
            .find(arn)
            .versions()
            .map(({ id, labels }) => [id, labels]),
        ),
      addPending: async (arn, token) => secrets.beginRotation(arn, token),
      removePending: async (arn, token) => secrets.find(arn).move('AWSPENDING', undefined, token, now()),
      mayInvoke: async () => true,
      invoke: async (_function, event) => {
        await invoke(event);
        return { kind: 'done' };
      },
      newToken,
      now,
      report: ({ step, result }) => {
        if (result.kind === 'failed') this.#failure = { step, reason: result.reason };
      },
    });
    secrets.rotationApi = {
      rotate: async ({ SecretId = '', ClientRequestToken, RotateImmediately }) => {
        const secretArn = secrets.find(SecretId).arn;
        const answer = await this.#ask(secretArn, ClientRequestToken, RotateImmediately);
        if (answer.kind === 'refused') throw refusal(answer);
        return { $metadata: {}, ARN: secretArn, VersionId: answer.versionId };
      },
      cancel: async (secretId) => {
        this.#rotator.cancel(secrets.find(secretId).arn);
        secrets.setRotationEnabled(secretId, false);
        return { $metadata: {} };
      },
    };
  }

  /** RotateSecret, and all that comes of it: Secrets Manager stops at the first failed step. */
  async rotate(secretArn: string, token?: string, immediately = true): Promise<RotationResult> {
    this.#failure = undefined;
    const answer = await this.#ask(secretArn, token, immediately);
    if (answer.kind === 'refused') return answer;
    await this.#rotator.settled(secretArn);
    const { versionId } = answer;
    if (this.#failure)
      return { kind: 'failed', token: versionId, ...(this.#failure as { step: string; reason: string }) };
    if (!immediately) return { kind: 'tested', token: versionId };
    this.#secrets.endRotation(secretArn);
    return { kind: 'rotated', token: versionId };
  }

  #ask(
    secretArn: string,
    token: string | undefined,
    immediately: boolean | undefined,
  ): Promise<RotateAnswer> {
    return this.#rotator.rotate({ secretArn, token, functionArn: ROTATE, immediately });
  }
}

function refusal({ message }: { readonly message: string }): Error {
  return new InvalidRequestException({ message, $metadata: { httpStatusCode: 400 } });
}
