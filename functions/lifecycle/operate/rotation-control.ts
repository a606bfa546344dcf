import { RotateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How this deployment has a secret rotated. */
export interface RotationSettings {
  /** ARN of the rotation function. */
  readonly functionArn: string;
  readonly days: number;
}

/** Secrets Manager's own rotation: it makes the pending version and drives the function through its steps. */
export class RotationControl {
  readonly #client: SecretsManagerClient;
  readonly #settings: RotationSettings;

  constructor(client: SecretsManagerClient, settings: RotationSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** As the secret is configured. The same token again takes the same rotation up, and starts no second. */
  async start(secretArn: string, token: string): Promise<void> {
    await this.#client.send(new RotateSecretCommand({ SecretId: secretArn, ClientRequestToken: token }));
  }

  /** From now on every so many days; the credential in use is only tested now. */
  async schedule(secretArn: string): Promise<void> {
    const { functionArn, days } = this.#settings;
    await this.#client.send(
      new RotateSecretCommand({
        SecretId: secretArn,
        RotationLambdaARN: functionArn,
        RotationRules: { AutomaticallyAfterDays: days },
        RotateImmediately: false,
      }),
    );
  }
}
