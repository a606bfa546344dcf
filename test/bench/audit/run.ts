import { join } from 'node:path';
import type { AuditBatch } from '../../../functions/audit/run/run.ts';
import { REPORT } from '../../../functions/observe/names.ts';
import { startResponder } from '../../functions/smtp/probe/responder.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { functionEnvironment } from '../../support/lambda/environment.ts';
import { type AwsEndpoint, type Calls, startAwsEndpoint } from './aws-endpoint.ts';
import { FunctionProcess, type Usage } from './function-process.ts';
import { ObjectFiles } from './object-files.ts';
import { ManySecrets } from './secrets.ts';

export const FUNCTIONS = ['AuditPlan', 'AuditExamine', 'AuditReport'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** What one function did in one run, all its invocations together. */
export interface Measured extends Usage {
  readonly invocations: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly calls: Calls;
}

export interface MeasuredRun {
  readonly credentials: number;
  readonly functions: Readonly<Record<FunctionName, Measured>>;
  /** Written to S3 in this run. */
  readonly bytes: number;
}

/** The whole audit of so many credentials: each function in its own process, in front of AWS and a mail server in this one. */
export async function measureRun(
  credentials: number,
  bundles: Readonly<Record<FunctionName, string>>,
  folder: string,
): Promise<MeasuredRun> {
  const server = await startResponder({ security: 'tls', replies: { AUTH: '235 2.7.0 Ok\r\n' } });
  const { host, port, security, ca } = server;
  const secrets = new ManySecrets(credentials, { host, port, security, ca });
  const objects = new ObjectFiles(join(folder, String(credentials)));
  const dynamodb = new InProcessTable();
  const aws = await startAwsEndpoint(secrets, await dynamodb.url(), { s3: objects });
  const environment = environmentFor(aws, port);
  const run = { runId: `bench-${credentials}`, startedAt: new Date().toISOString() };

  const start = (name: FunctionName) => new Meter(new FunctionProcess(bundles[name], environment), aws.calls);
  const plan = start('AuditPlan');
  const planned = await plan.invoke(run);
  const AuditPlan = await plan.end();
  const examine = start('AuditExamine');
  for (const line of objects.read(REPORT.plan(run.runId)).toString().split('\n')) {
    if (line) await examine.invoke(JSON.parse(line) as AuditBatch);
  }
  const AuditExamine = await examine.end();
  const report = start('AuditReport');
  await report.invoke({ ...run, batches: planned.batches, acceptedRisks: [] });
  const AuditReport = await report.end();

  aws.close();
  await server.close();
  return { credentials, functions: { AuditPlan, AuditExamine, AuditReport }, bytes: objects.bytes };
}

/** Adds up the invocations of one function, and the calls to AWS that they make. */
class Meter {
  readonly #process: FunctionProcess;
  readonly #calls: Calls;
  #total = { invocations: 0, wallMs: 0, cpuMs: 0 };

  constructor(process: FunctionProcess, calls: Calls) {
    this.#process = process;
    this.#calls = calls;
    calls.clear();
  }

  async invoke(event: object): Promise<Readonly<Record<string, unknown>>> {
    const { result, wallMs, cpuMs } = await this.#process.invoke(event);
    const { invocations, ...before } = this.#total;
    this.#total = {
      invocations: invocations + 1,
      wallMs: before.wallMs + wallMs,
      cpuMs: before.cpuMs + cpuMs,
    };
    return result;
  }

  async end(): Promise<Measured> {
    return { ...this.#total, ...(await this.#process.end()), calls: new Map(this.#calls) };
  }
}

function environmentFor({ url }: AwsEndpoint, port: number): NodeJS.ProcessEnv {
  return {
    ...functionEnvironment({ ports: String(port), loginHostFailures: '100' }),
    AWS_ENDPOINT_URL: url,
  };
}
