import { createHash } from 'node:crypto';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mail/';
const CREATED = Date.parse('2026-06-01T00:00:00Z') / 1000;
const PAGE = 100;
const VERSION = 'bench'.padEnd(32, '0');

type Input = Readonly<Record<string, unknown>>;

/** Any number of managed secrets, none of them held in memory: each is made from its number. */
export class ManySecrets {
  readonly #count: number;
  readonly #endpoint: object;

  /** All of them log in to one server, each with a password of its own. */
  constructor(count: number, endpoint: object) {
    this.#count = count;
    this.#endpoint = endpoint;
  }

  /** The answer to an operation of Secrets Manager, or undefined for one that a role without permission asks. */
  answer(operation: string, input: Input): object | undefined {
    switch (operation) {
      case 'ListSecrets':
        return this.#page(Number(input.NextToken ?? 0));
      case 'DescribeSecret':
        return { ...describe(numberOf(input)), VersionIdsToStages: { [VERSION]: ['AWSCURRENT'] } };
      case 'GetSecretValue':
        return this.#value(numberOf(input));
      case 'GetResourcePolicy':
        return { ARN: describe(numberOf(input)).ARN, Name: describe(numberOf(input)).Name };
      default:
        return undefined;
    }
  }

  #page(from: number): object {
    const length = Math.min(PAGE, this.#count - from);
    const SecretList = Array.from({ length }, (_, at) => describe(from + at));
    const next = from + length;
    return { SecretList, ...(next < this.#count && { NextToken: String(next) }) };
  }

  #value(number: number): object {
    const value = { ...this.#endpoint, username: userName(number), password: passwordOf(number) };
    const { ARN: arn, Name } = describe(number);
    return {
      ARN: arn,
      Name,
      VersionId: VERSION,
      VersionStages: ['AWSCURRENT'],
      SecretString: JSON.stringify(value),
    };
  }
}

function userName(number: number): string {
  return `user-${String(number).padStart(6, '0')}`;
}

function describe(number: number) {
  const name = userName(number);
  return {
    ARN: `${ARN}${name}-AbCdEf`,
    Name: `mail/${name}`,
    Tags: [{ Key: 'keyturn:managed', Value: 'true' }],
    RotationEnabled: true,
    RotationRules: { AutomaticallyAfterDays: 30 },
    CreatedDate: CREATED,
    LastRotatedDate: CREATED,
    LastAccessedDate: Math.floor(Date.now() / 1000),
  };
}

function passwordOf(number: number): string {
  return createHash('sha256').update(`bench ${number}`).digest('base64url');
}

function numberOf({ SecretId }: Input): number {
  return Number(/user-(\d+)/.exec(String(SecretId))?.[1]);
}
