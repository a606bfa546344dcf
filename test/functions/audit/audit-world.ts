import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { vi } from 'vitest';
import type { AuditBatch, Run } from '../../../functions/audit/run/run.ts';
import type { AcceptedRisk } from '../../../functions/audit/settings.ts';
import { SystemDns } from '../../../functions/net/dns/system-dns.ts';
import { sesSmtpPassword } from '../../../functions/providers/ses.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { InProcessIam } from '../../support/aws/iam.ts';
import { InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';
import type { Settings } from '../../support/lambda/environment.ts';
import { type SmtpTestServer, startSmtpServer } from '../../support/smtp-servers.ts';
import { freshAws, stubDeployment } from '../api-world.ts';
import { InProcessSes } from './in-process-ses.ts';
import { type ObjectStore, startObjectStore } from './object-store.ts';

export const PASSWORD = 'canary-V8kq2LxZr9Tn4WsB';
export const WRONG = 'canary-wrong-M3pXc7Vn1Qa';
export const USERNAME = 'ada@mail.example.com';
export const SENDER = 'orders@shop.example.com';
export const ACCESS_SECRET = 'canary-secret-access-key';
export const RUN = { runId: 'run-1', startedAt: new Date().toISOString() };

const REGION = 'us-east-1';
const context = {
  awsRequestId: 'request-1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:audit',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

type Handler = (event: object, context: Context) => Promise<unknown>;

/** The three functions of the audit as they are deployed, in front of AWS in this process and a real mail server. */
export class AuditWorld {
  secrets = new InProcessSecretsManager();
  table = new InProcessTable();
  iam = new InProcessIam({});
  ses = new InProcessSes();
  /** How long the mail server thinks about a login. */
  beforeAuth: () => Promise<void> = async () => {};
  /** What went to the log, metrics included; one JSON object each. */
  logged: readonly string[] = [];
  readonly store: ObjectStore;
  readonly #server: SmtpTestServer;
  #handlers: Readonly<Record<'plan' | 'examine' | 'report' | 'tell' | 'read', Handler>> | undefined;

  private constructor(store: ObjectStore, server: SmtpTestServer) {
    this.store = store;
    this.#server = server;
  }

  /** `settings`: of the deployment, besides where its servers are. */
  static async start(
    settings: Partial<Settings> = {},
    besides: Readonly<Record<string, string>> = {},
  ): Promise<AuditWorld> {
    const store = await startObjectStore();
    // It knows one user, and besides it every live access key, as the SES endpoint does.
    const server = await startSmtpServer({
      security: 'tls',
      users: { [USERNAME]: PASSWORD },
      onAuth: async ({ username, password = '' }) => {
        await world.beforeAuth();
        return world.iam.accepts(username, password, REGION) ? { code: 235, text: '2.7.0 Ok' } : undefined;
      },
    });
    const world = new AuditWorld(store, server);
    stubDeployment(
      { ports: String(server.port), ...settings },
      {
        AWS_ENDPOINT_URL: store.url,
        AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
        AWS_SECRET_ACCESS_KEY: ACCESS_SECRET,
        ...besides,
      },
    );
    world.#handlers = await importHandlers();
    return world;
  }

  async close(): Promise<void> {
    vi.unstubAllEnvs();
    await Promise.all([this.store.close(), this.#server.close()]);
  }

  /** An empty account; call it before each test, since mocks are restored after each. */
  reset(): void {
    ({ secrets: this.secrets, table: this.table, iam: this.iam, logged: this.logged } = freshAws());
    this.ses = new InProcessSes();
    this.store.objects.clear();
    this.beforeAuth = async () => {};
    const { ses } = this;
    vi.spyOn(SESClient.prototype, 'send').mockImplementation((one) => ses.client.send(one));
    // The sender domains of this world are in no DNS.
    vi.spyOn(SystemDns.prototype, 'query').mockResolvedValue({ kind: 'not-found' });
  }

  secretString(changes: object = {}): string {
    const { host, port, ca, security } = this.#server;
    return JSON.stringify({ host, port, security, ca, username: USERNAME, password: PASSWORD, ...changes });
  }

  createSesSecret(): void {
    const { id, secret } = this.iam.create();
    this.ses.identities.push('shop.example.com');
    const provider = { type: 'ses', userName: 'keyturn-orders', region: REGION };
    const password = sesSmtpPassword(secret, REGION);
    const value = this.secretString({ username: id, password, from: SENDER, provider });
    this.secrets.create('keyturn/orders', value);
  }

  async plan(event: object = RUN): Promise<unknown> {
    return this.#handlers?.plan(event, context);
  }

  async examine(event: object): Promise<unknown> {
    return this.#handlers?.examine(event, context);
  }

  /** As the state machine's last state, for a plan of so many batches; `event` besides or instead. */
  async report(event: object = {}): Promise<unknown> {
    return this.#handlers?.report({ ...RUN, batches: 1, acceptedRisks: [], ...event }, context);
  }

  /** What the state machine does. */
  async runAudit(run: Run = RUN, acceptedRisks: readonly AcceptedRisk[] = []): Promise<unknown> {
    await this.plan(run);
    const batches = this.planned(run.runId);
    for (const batch of batches) await this.examine(batch);
    return this.report({ ...run, batches: batches.length, acceptedRisks });
  }

  /** As the state machine's last state where somebody is to be told. */
  async tell(event: object = {}): Promise<unknown> {
    return this.#handlers?.tell({ ...RUN, batches: 1, acceptedRisks: [], ...event }, context);
  }

  planned(runId = RUN.runId): AuditBatch[] {
    const { body = '' } = this.store.objects.get(`reports/audits/${runId}/plan.jsonl`) ?? {};
    return body.split('\n').flatMap((line) => (line ? [JSON.parse(line) as AuditBatch] : []));
  }

  async getLatest(): Promise<APIGatewayProxyResult> {
    const event = { resource: '/audits/latest', pathParameters: null };
    return (await this.#handlers?.read(event, context)) as APIGatewayProxyResult;
  }

  stored<T>(key: string): T {
    return JSON.parse(this.store.objects.get(`reports/${key}`)?.body ?? 'null') as T;
  }

  /** How often a secret's description was asked for. */
  secretReads(): number {
    const { calls } = vi.mocked(SecretsManagerClient.prototype.send).mock;
    return calls.filter(([command]) => command instanceof DescribeSecretCommand).length;
  }

  lines(event: string) {
    return this.entries().filter((entry) => entry.event === event);
  }

  entries() {
    return this.logged.map((line) => JSON.parse(line));
  }
}

/** Not before the environment is set: the functions read it as they load, once for each cold start. */
async function importHandlers() {
  const { handler: plan } = await import('../../../functions/audit-plan.ts');
  const { handler: examine } = await import('../../../functions/audit-examine.ts');
  const { handler: report } = await import('../../../functions/audit-report.ts');
  const { handler: tell } = await import('../../../functions/audit-notify.ts');
  const { handler: read } = await import('../../../functions/audits.ts');
  return { plan, examine, report, tell, read: read as unknown as Handler };
}
