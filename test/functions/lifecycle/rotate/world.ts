import { attempt } from '../../../../functions/budget/attempt.ts';
import { lookNow } from '../../../../functions/lifecycle/retire/look.ts';
import { type RetirementOutcome, retireReplaced } from '../../../../functions/lifecycle/retire/retirement.ts';
import { performStep } from '../../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts } from '../../../../functions/lifecycle/rotate/rotation.ts';
import { STEPS, type Step } from '../../../../functions/lifecycle/rotate/step-decision.ts';
import { loginCredential } from '../../../../functions/providers/access-token.ts';
import { type Credential, parseSecret } from '../../../../functions/providers/secret.ts';
import { SesKeys } from '../../../../functions/providers/ses-keys.ts';
import { newPassword } from '../../../../functions/secrets/redacted.ts';
import { SecretStore } from '../../../../functions/secrets/store.ts';
import type { LoginEvidence } from '../../../../functions/smtp/evidence.ts';
import type { LoginOutcome } from '../../../../functions/smtp/login-result.ts';
import { Agenda } from '../../../../functions/table/agenda.ts';
import { Ledger, Operations } from '../../../../functions/table/ledger.ts';
import { Tallies } from '../../../../functions/table/tallies.ts';
import { InProcessTable } from '../../../support/aws/dynamodb.ts';
import { Faults } from '../../../support/aws/faults.ts';
import { InProcessIam } from '../../../support/aws/iam.ts';
import { arnOf, InProcessSecretsManager } from '../../../support/aws/secrets-manager.ts';
import { loginEvidence } from './login-evidence.ts';

export const HOUR_MS = 60 * 60 * 1000;
export const NAME = 'keyturn/orders';
const REGION = 'us-east-1';
/** The timeout of the rotation function. */
const LAMBDA_MS = 5 * 60_000;
export const SEED = {
  host: 'smtp.example.com',
  port: 465,
  provider: { type: 'ses', userName: 'orders', region: REGION },
  note: 'kept',
};

const TAGS = { 'keyturn:managed': 'true', 'keyturn:endpoint': 'smtps://smtp.example.com:465' };

/** One SES credential with everything around it in this process, and a clock that only moves when told. */
export class World {
  now = Date.parse('2026-11-24T06:00:00Z');
  readonly faults = new Faults();
  readonly iam: InProcessIam;
  readonly secrets: InProcessSecretsManager;
  readonly table: InProcessTable;
  readonly store: SecretStore;
  readonly ledger: Ledger;
  readonly operations: Operations;
  readonly agenda: Agenda;
  readonly arn: string;
  logins = 0;
  /** Operations that retirement had go on. */
  readonly wentOn: string[] = [];
  #tokens = 0;
  #ids = 0;

  constructor(
    value: string | null = JSON.stringify(SEED),
    options: { owner?: string; tags?: Record<string, string> } = {},
  ) {
    const clock = () => this.now;
    this.iam = new InProcessIam({ 'keyturn:secret': options.owner ?? arnOf(NAME) }, clock, this.faults);
    this.secrets = new InProcessSecretsManager(clock, this.faults);
    this.table = new InProcessTable(this.faults);
    this.store = new SecretStore(this.secrets.client);
    this.ledger = new Ledger(this.table);
    this.operations = new Operations(this.table);
    this.agenda = new Agenda(this.table);
    this.arn = this.secrets.create(NAME, value ?? undefined, { ...TAGS, ...options.tags });
  }

  newToken(): string {
    this.#tokens += 1;
    return String(this.#tokens).padStart(36, 't');
  }

  /** One step as the Lambda runs it. */
  step(step: Step, token: string, remainingMs = LAMBDA_MS): Promise<string> {
    return performStep(this.#ports(this.now + remainingMs), { step, secretId: this.arn, token });
  }

  /** All four steps, as RotateSecret drives them: it stops at the first failure. */
  async rotate(token = this.newToken()): Promise<string[]> {
    this.secrets.beginRotation(this.arn, token);
    const results: string[] = [];
    for (const step of STEPS) results.push(await this.step(step, token));
    this.secrets.endRotation(this.arn);
    return results;
  }

  /** A look, as an operator has it done. */
  retire({ overlap, soak }: { overlap: number; soak: number }): Promise<RetirementOutcome> {
    const { ledger, agenda } = this;
    const ports = { ...this.#ports(this.now + LAMBDA_MS), ledger };
    const waits = { overlapMs: overlap * HOUR_MS, soakMs: soak * HOUR_MS };
    const looks = {
      agenda,
      leaseOn: (arn: string) => this.operations.leaseOn(arn),
      goOn: async (operationId: string) => void this.wentOn.push(operationId),
      retire: (arn: string, keepsLease: () => Promise<boolean>) =>
        retireReplaced({ ...ports, ...waits, keepsLease }, arn),
      newId: () => `look-${++this.#ids}`,
    };
    return lookNow({ ...ports, ...looks }, this.arn);
  }

  credential(label: string): Credential | undefined {
    const parsed = parseSecret(this.secrets.valueOf(this.arn, label) ?? '');
    return parsed.kind === 'credential' ? parsed.credential : undefined;
  }

  /** Whether the mail of the credential under this label would go out now. */
  works(label: string): boolean {
    const credential = this.credential(label);
    return (
      credential !== undefined && this.iam.accepts(credential.username, credential.password.reveal(), REGION)
    );
  }

  #ports(deadline: number): RotationPorts {
    return {
      store: this.store,
      ledger: this.ledger,
      agenda: this.agenda,
      requestOf: (id) => this.operations.find(id),
      providerFor: () => new SesKeys(this.iam.client, { type: 'ses', userName: 'orders', region: REGION }),
      login: (credential, budgetMs) => this.#attempt(credential, budgetMs),
      newPassword,
      now: () => this.now,
      random: () => 0.5,
      sleep: (ms) => this.#sleep(ms),
      remainingMs: () => deadline - this.now,
      overlapMs: 48 * HOUR_MS,
      soakMs: 72 * HOUR_MS,
    };
  }

  /** Inside the default login budget. */
  #attempt(credential: Credential, budgetMs: number): Promise<LoginOutcome> {
    const newId = () => `id-${++this.#ids}`;
    const budget = {
      table: new Tallies(this.table, newId),
      limits: { failures: 4, hostFailures: null, windowMs: HOUR_MS / 4 },
      addresses: async () => [],
      loginCredential,
      login: (tried: Credential) => this.faults.call(() => this.#login(tried)),
      now: () => this.now,
      random: () => 0.5,
      sleep: (ms: number) => this.#sleep(ms),
      newId,
    };
    return attempt(budget, { credential, secretArn: 'arn:of:secret', budgetMs });
  }

  async #sleep(ms: number): Promise<void> {
    this.now += ms;
  }

  #login(credential: Credential): LoginEvidence {
    this.logins += 1;
    const { username, password } = credential;
    return loginEvidence(credential, this.iam.accepts(username, password.reveal(), REGION));
  }
}
