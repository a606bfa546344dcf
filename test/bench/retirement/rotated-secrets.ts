const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:mail/';
const PAGE = 100;
const DAY_MS = 24 * 60 * 60_000;
const ROTATED_AT = Date.now() - 4 * DAY_MS;
const CURRENT = 'current'.padEnd(32, '0');
const PREVIOUS = 'previous'.padEnd(32, '0');

type Input = Readonly<Record<string, unknown>>;

/** Any number of Amazon SES credentials that were rotated some days ago; none is held in memory, each is made from its number. */
export class RotatedSecrets {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  arns(): string[] {
    return Array.from({ length: this.#count }, (_, number) => `${ARN}${userName(number)}-AbCdEf`);
  }

  answer(operation: string, input: Input): object | undefined {
    switch (operation) {
      case 'ListSecrets':
        return this.#page(Number(input.NextToken ?? 0));
      case 'DescribeSecret':
        return { ...described(numberOf(input)), VersionIdsToStages: STAGES };
      case 'GetSecretValue':
        return value(numberOf(input), input.VersionId ?? CURRENT);
      default:
        return undefined;
    }
  }

  #page(from: number): object {
    const length = Math.min(PAGE, this.#count - from);
    const SecretList = Array.from({ length }, (_, at) => ({
      ...described(from + at),
      SecretVersionsToStages: STAGES,
    }));
    const next = from + length;
    return { SecretList, ...(next < this.#count && { NextToken: String(next) }) };
  }
}

/** What a look of the last days has left in the agenda. */
export const SEEN = { versionId: CURRENT, dueAt: Date.now() + 30 * DAY_MS } as const;

const STAGES = { [CURRENT]: ['AWSCURRENT'], [PREVIOUS]: ['AWSPREVIOUS'] };

/** Both keys of a user, the one in use first. */
export function keysOf(user: string): readonly [string, string] {
  const digits = user.slice('user-'.length).padStart(15, '0');
  return [`AKIA1${digits}`, `AKIA0${digits}`];
}

function userName(number: number): string {
  return `user-${String(number).padStart(6, '0')}`;
}

export function ownerOf(user: string): string {
  return `${ARN}${user}-AbCdEf`;
}

function described(number: number): object {
  return {
    ARN: ownerOf(userName(number)),
    Name: `mail/${userName(number)}`,
    Tags: [{ Key: 'keyturn:managed', Value: 'true' }],
    RotationEnabled: true,
    RotationRules: { AutomaticallyAfterDays: 90 },
    CreatedDate: (ROTATED_AT - 300 * DAY_MS) / 1000,
    LastRotatedDate: ROTATED_AT / 1000,
    LastChangedDate: ROTATED_AT / 1000,
    NextRotationDate: ROTATED_AT / 1000 + 90 * 24 * 60 * 60,
  };
}

function value(number: number, version: unknown): object {
  const user = userName(number);
  const [current, previous] = keysOf(user);
  const host = 'email-smtp.us-east-1.amazonaws.com';
  const provider = { type: 'ses', userName: user, region: 'us-east-1' };
  const username = version === CURRENT ? current : previous;
  const credential = { host, port: 465, username, password: `${username}-password`, provider };
  return {
    ARN: ownerOf(user),
    VersionId: version,
    CreatedDate: ROTATED_AT / 1000,
    SecretString: JSON.stringify(credential),
  };
}

function numberOf({ SecretId }: Input): number {
  return Number(/user-(\d+)/.exec(String(SecretId))?.[1]);
}
