import { pipeline, Transform } from 'node:stream';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { MailManagerClient } from '@aws-sdk/client-mailmanager';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { SESClient } from '@aws-sdk/client-ses';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { isThrottlingError, StandardRetryStrategy } from '@smithy/core/retry';
import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';

/**
 * Every client of AWS is made here, by functions, so that one which a function of Keyturn does not make is not in its bundle.
 * Region, endpoint and credentials come from the environment.
 */

/**
 * In ms. The SDK by itself would wait for a silent service until the function ends: a call must end before the lease of a
 * rotation step does (lifecycle/lease.ts), and sooner than who waits for the answer gives up.
 */
const TIMES = {
  connectionTimeout: 2000,
  requestTimeout: 8000,
  throwOnRequestTimeout: true,
  socketTimeout: 8000,
};

/** How often a call is made until it succeeds; the SDK's three where nothing is said. */
interface Attempts {
  readonly maxAttempts?: number;
  readonly retryStrategy?: StandardRetryStrategy;
}

const PATIENT_ATTEMPTS = 8;
/** What a client of the SDK may spend on retries before it makes none any more; one for throttling costs 5. */
const RETRY_CAPACITY = 500;

/**
 * The SDK's own gets back one retry for a call that succeeds, whatever that had cost: where every call is throttled twice, it
 * gives up after a hundred, for as long as the process lives. Here a success gives all of it back.
 */
class PatientRetries extends StandardRetryStrategy {
  override recordSuccess(token: Parameters<StandardRetryStrategy['recordSuccess']>[0]): void {
    super.recordSuccess({ ...token, getRetryCost: () => RETRY_CAPACITY });
  }
}

/** For what must not be done twice: an answer that is lost may be that of a call which was carried out. */
export const ONCE: Attempts = { maxAttempts: 1 };
/** For services that take a call or two a second, so that whoever reads a large account is throttled on the way. */
export const PATIENTLY: Attempts = {
  maxAttempts: PATIENT_ATTEMPTS,
  retryStrategy: /* @__PURE__ */ new PatientRetries(PATIENT_ATTEMPTS),
};

/**
 * In bytes: more than a page of DynamoDB's items (1 MB before they are JSON), or a page of what IAM knows of an account.
 */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

interface Reading {
  /** Nothing is asked any more when it has aborted. */
  readonly late?: AbortSignal;
  /** Of S3: an object is read as it comes, by who has a limit of its own. */
  readonly objects?: boolean;
}

/** The SDK keeps the whole of an answer that it reads itself, however long: here it ends with an error. */
export class BoundedHandler extends NodeHttpHandler {
  readonly #reading: Reading;

  constructor(options: NodeHttpHandlerOptions = TIMES, reading: Reading = {}) {
    super(options);
    this.#reading = reading;
  }

  override async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    const { late, objects = false } = this.#reading;
    const handled = await super.handle(request, late ? { ...options, abortSignal: late } : options);
    const { response } = handled;
    const isObject = objects && request.method === 'GET' && response.statusCode < 300;
    if (!isObject) response.body = pipeline(response.body, atMost(MOST_ANSWER_BYTES), () => {});
    return handled;
  }
}

function atMost(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      done(left < 0 ? new Error(`an answer of AWS is longer than ${bytes} bytes`) : null, chunk);
    },
  });
}

const settings = (attempts: Attempts = {}) => ({ requestHandler: new BoundedHandler(), ...attempts });

export const dynamodb = () => new DynamoDBClient(settings());
export const events = () => new EventBridgeClient(settings());
export const iam = (attempts?: Attempts) => new IAMClient(settings(attempts));
export const kms = () => new KMSClient(settings());
export const lambda = () => new LambdaClient(settings());
export const secretsManager = () => new SecretsManagerClient(settings());
export const securityHub = () => new SecurityHubClient(settings(PATIENTLY));
export const ses = (attempts?: Attempts) => new SESClient(settings(attempts));
export const stepFunctions = () => new SFNClient(settings());
export const sesv2 = () => new SESv2Client(settings(PATIENTLY));

/** What is read as it is worked through may lie still for longer than any answer. */
export const s3 = () =>
  new S3Client({
    ...PATIENTLY,
    requestHandler: new BoundedHandler({ ...TIMES, socketTimeout: 0 }, { objects: true }),
  });

/**
 * For invocations that are waited for: as long as the caller says, once, and over a new connection each time, since one that
 * was kept while Lambda froze the function is dead and the SDK may not ask again.
 */
export const invoker = () =>
  new LambdaClient({
    ...ONCE,
    requestHandler: new BoundedHandler({
      connectionTimeout: TIMES.connectionTimeout,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: false },
      httpsAgent: { keepAlive: false },
    }),
  });

export type AccountReaders = ReturnType<typeof accountReaders>;

/** For reading the account around the credentials; none of them answers any more when `late` has aborted. */
export function accountReaders(late: AbortSignal) {
  const patiently = { ...PATIENTLY, requestHandler: new BoundedHandler(TIMES, { late }) };
  return {
    cloudFormation: new CloudFormationClient(patiently),
    cloudTrail: new CloudTrailClient(patiently),
    cloudWatch: new CloudWatchClient(patiently),
    dynamodb: new DynamoDBClient(patiently),
    ecs: new ECSClient(patiently),
    iam: new IAMClient(patiently),
    lambda: new LambdaClient(patiently),
    logs: new CloudWatchLogsClient(patiently),
    mailManager: new MailManagerClient(patiently),
    ses: new SESClient(patiently),
    sesv2: new SESv2Client(patiently),
    ssm: new SSMClient(patiently),
  };
}

type SdkError = Parameters<typeof isThrottlingError>[0];

/**
 * Whether an AWS service refused because it was asked too often, after the SDK's own attempts. What is beyond a quota, such as
 * a third access key, is to the SDK as well, but no waiting helps there.
 */
export function isThrottling(error: unknown): error is Error {
  return (
    error instanceof Error && error.name !== 'LimitExceededException' && isThrottlingError(error as SdkError)
  );
}
