import type {
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { JsonApi } from './json-api.ts';

const API = { service: 'secretsmanager', target: 'secretsmanager', version: '1.1' } as const;

/** The two reading calls of Secrets Manager, named and typed as in the SDK. */
export class SecretsManager {
  readonly #api: JsonApi;

  constructor(env = process.env) {
    this.#api = new JsonApi(API, env);
  }

  async describeSecret(input: DescribeSecretCommandInput): Promise<DescribeSecretCommandOutput> {
    return withDates(await this.#api.call('DescribeSecret', input)) as DescribeSecretCommandOutput;
  }

  async getSecretValue(input: GetSecretValueCommandInput): Promise<GetSecretValueCommandOutput> {
    return withDates(await this.#api.call('GetSecretValue', input)) as GetSecretValueCommandOutput;
  }
}

/** On the wire a time is in seconds since 1970; the fields that hold one all end in `Date`. */
function withDates(output: unknown): object {
  return Object.fromEntries(
    Object.entries(output ?? {}).map(([name, value]) => [
      name,
      name.endsWith('Date') && typeof value === 'number' ? new Date(value * 1000) : value,
    ]),
  );
}
