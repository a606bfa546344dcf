/** One row of AWS's price list: US dollars for one unit. */
interface Price {
  readonly dollars: number;
  readonly unit: string;
  readonly source: string;
}

const lambda = 'https://aws.amazon.com/lambda/pricing/';
const s3 = 'https://aws.amazon.com/s3/pricing/';
const secretsManager = 'https://aws.amazon.com/secrets-manager/pricing/';
const dynamodb = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';

/** List prices of us-east-1 in November 2026: the first tier of each, no free tier, no discount. */
export const PRICES = {
  lambdaGbSecond: { dollars: 0.0000133334, unit: 'GB-second, arm64', source: lambda },
  lambdaRequest: { dollars: 0.2e-6, unit: 'request', source: lambda },
  stateTransition: {
    dollars: 25e-6,
    unit: 'state transition of a Standard workflow',
    source: 'https://aws.amazon.com/step-functions/pricing/',
  },
  scheduled: {
    dollars: 1e-6,
    unit: 'invocation by EventBridge Scheduler',
    source: 'https://aws.amazon.com/eventbridge/pricing/',
  },
  secretsManagerCall: {
    dollars: 5e-6,
    unit: 'API call',
    source: secretsManager,
  },
  secretMonth: { dollars: 0.4, unit: 'secret for a month', source: secretsManager },
  /** Secrets Manager opens each value with the customer-managed key. */
  kmsCall: { dollars: 3e-6, unit: 'request', source: 'https://aws.amazon.com/kms/pricing/' },
  s3Put: { dollars: 5e-6, unit: 'PUT, POST or LIST', source: s3 },
  s3Get: { dollars: 0.4e-6, unit: 'GET', source: s3 },
  s3GbMonth: { dollars: 0.023, unit: 'GB for a month, Standard', source: s3 },
  /** Half of what they were until November 2024. */
  dynamoWrite: { dollars: 0.625e-6, unit: 'write request unit, on demand (1 KB)', source: dynamodb },
  dynamoRead: { dollars: 0.125e-6, unit: 'read request unit, on demand (4 KB)', source: dynamodb },
  trace: { dollars: 5e-6, unit: 'trace recorded', source: 'https://aws.amazon.com/xray/pricing/' },
  logGb: { dollars: 0.5, unit: 'GB taken in', source: 'https://aws.amazon.com/cloudwatch/pricing/' },
} as const satisfies Readonly<Record<string, Price>>;

export type Priced = keyof typeof PRICES;

/** Dollars for so many units of each. */
export function dollars(units: Readonly<Partial<Record<Priced, number>>>): number {
  return Object.entries(units).reduce(
    (sum, [name, count]) => sum + PRICES[name as Priced].dollars * count,
    0,
  );
}
