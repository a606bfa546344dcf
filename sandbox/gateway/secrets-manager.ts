import type { IncomingHttpHeaders } from 'node:http';
import { secretNameOf } from '../../functions/secrets/description.ts';
import type { ApiAnswer, ApiRequest, Correction } from './gateway.ts';
import type { Configuration, RotationRules, Rotator } from './rotation.ts';
import type { SecretVersions } from './secret-versions.ts';

const TARGET = 'secretsmanager.';
const NOT_FOUND = "Secrets Manager can't find the specified secret.";

type Forward = () => Promise<ApiAnswer>;

/** The parameters of the corrected operations, as they are on the wire. */
interface Input {
  readonly SecretId?: string;
  readonly ClientRequestToken?: string;
  readonly RotationLambdaARN?: string;
  readonly RotationRules?: RotationRules;
  readonly RotateImmediately?: boolean;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly VersionStages?: readonly string[];
  readonly SecretString?: string;
}

/**
 * Secrets Manager as AWS documents it, where the local AWS differs: rotation, versions without a value, idempotent
 * PutSecretValue, one holder for each label. All other operations pass through.
 */
export class SecretsManagerCorrection implements Correction {
  readonly #versions: SecretVersions;
  readonly #rotator: Rotator;

  constructor(versions: SecretVersions, rotator: Rotator) {
    this.#versions = versions;
    this.#rotator = rotator;
  }

  concerns(headers: IncomingHttpHeaders): boolean {
    return String(headers['x-amz-target'] ?? '').startsWith(TARGET);
  }

  async answer({ headers, body }: ApiRequest, forward: Forward): Promise<ApiAnswer> {
    const operation = String(headers['x-amz-target']).slice(TARGET.length);
    const input: Input = body ? JSON.parse(body) : {};
    switch (operation) {
      case 'RotateSecret':
        return this.#rotate(input);
      case 'CancelRotateSecret':
        return this.#cancel(input);
      case 'DescribeSecret':
        return this.#describe(await forward());
      case 'GetSecretValue':
        return getSecretValue(input, await forward());
      case 'PutSecretValue':
        return this.#put(input, forward);
      default:
        return forward();
    }
  }

  async #rotate(input: Input): Promise<ApiAnswer> {
    const secretArn = await this.#versions.arn(input.SecretId ?? '');
    if (!secretArn) return problem('ResourceNotFoundException', NOT_FOUND);
    const answer = await this.#rotator.rotate({
      secretArn,
      token: input.ClientRequestToken,
      functionArn: input.RotationLambdaARN,
      rules: input.RotationRules,
      immediately: input.RotateImmediately,
    });
    if (answer.kind === 'refused') return problem(answer.code, answer.message);
    return ok({ ARN: secretArn, Name: secretNameOf(secretArn), VersionId: answer.versionId });
  }

  async #cancel({ SecretId = '' }: Input): Promise<ApiAnswer> {
    const secretArn = await this.#versions.arn(SecretId);
    if (!secretArn) return problem('ResourceNotFoundException', NOT_FOUND);
    const refusal = this.#rotator.cancel(secretArn);
    if (refusal) return problem(refusal.code, refusal.message);
    return ok({ ARN: secretArn, Name: secretNameOf(secretArn) });
  }

  #describe(answer: ApiAnswer): ApiAnswer {
    if (answer.status !== 200) return answer;
    const { RotationEnabled, RotationLambdaARN, RotationRules, ...description } = JSON.parse(answer.body);
    return ok({ ...description, ...rotationFields(this.#rotator.configuration(description.ARN)) });
  }

  /** Same token and content again: ignored. Same token and other content: refused (API_PutSecretValue). */
  async #put(input: Input, forward: Forward): Promise<ApiAnswer> {
    const token = input.ClientRequestToken ?? '';
    const secretArn = await this.#versions.arn(input.SecretId ?? '');
    if (!secretArn) return forward();
    const stored = await this.#versions.content(secretArn, token);
    if (stored) return this.#putAgain(secretArn, token, stored.SecretString === input.SecretString);
    const answer = await forward();
    if (answer.status !== 200) return answer;
    for (const label of input.VersionStages ?? []) {
      await this.#versions.keepLabelOnlyOn(secretArn, label, token);
    }
    return answer;
  }

  async #putAgain(secretArn: string, token: string, isSameContent: boolean): Promise<ApiAnswer> {
    if (!isSameContent) {
      const message = `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secretArn}.`;
      return problem('ResourceExistsException', message);
    }
    const { [token]: stages = [] } = await this.#versions.labels(secretArn);
    return ok({ ARN: secretArn, Name: secretNameOf(secretArn), VersionId: token, VersionStages: stages });
  }
}

function getSecretValue(input: Input, answer: ApiAnswer): ApiAnswer {
  if (answer.status !== 200) return answer;
  const { SecretString, SecretBinary, VersionStages } = JSON.parse(answer.body);
  const { VersionId, VersionStage } = input;
  if (VersionId && VersionStage && !VersionStages.includes(VersionStage)) {
    const message = 'You provided a VersionStage that is not associated to the provided VersionId.';
    return problem('InvalidRequestException', message);
  }
  if (SecretString || SecretBinary) return answer;
  const which = VersionId ? `VersionId: ${VersionId}` : `staging label: ${VersionStage ?? 'AWSCURRENT'}`;
  const message = `Secrets Manager can't find the specified secret value for ${which}`;
  return problem('ResourceNotFoundException', message);
}

function ok(output: object): ApiAnswer {
  return { status: 200, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(output) };
}

function problem(type: string, message: string): ApiAnswer {
  return { ...ok({ __type: type, message }), status: 400 };
}

const DAY_SECONDS = 24 * 60 * 60;
const UNIT_SECONDS = { hour: 60 * 60, day: DAY_SECONDS };

/** What DescribeSecret tells about rotation, in its wire format; nothing when rotation was never configured. */
export function rotationFields(configuration: Configuration | undefined): object {
  if (!configuration) return {};
  const { enabled, functionArn, rules, changedAt, lastRotatedAt } = configuration;
  const interval = rules && intervalSeconds(rules);
  const since = (lastRotatedAt ?? changedAt) / 1000;
  return {
    RotationEnabled: enabled,
    RotationLambdaARN: functionArn,
    ...(rules && { RotationRules: rules }),
    ...(lastRotatedAt && { LastRotatedDate: lastRotatedAt / 1000 }),
    ...(enabled && interval && { NextRotationDate: since + interval }),
  };
}

/** Undefined for a cron expression: the sandbox never waits for a schedule. */
function intervalSeconds({ AutomaticallyAfterDays, ScheduleExpression = '' }: RotationRules) {
  if (AutomaticallyAfterDays) return AutomaticallyAfterDays * DAY_SECONDS;
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(ScheduleExpression) ?? [];
  return count && unit ? Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS] : undefined;
}
