import type { Waits } from '../../../../../functions/lifecycle/retirable.ts';
import {
  type RetirementOutcome,
  retireReplaced,
} from '../../../../../functions/lifecycle/retire/retirement.ts';
import { performStep, type StepEvent } from '../../../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts, RotationRequest } from '../../../../../functions/lifecycle/rotate/rotation.ts';
import { type Credential, parseSecret } from '../../../../../functions/providers/secret.ts';
import { Redacted } from '../../../../../functions/secrets/redacted.ts';
import { SecretStore } from '../../../../../functions/secrets/store.ts';
import { type LoginOutcome, resultOf } from '../../../../../functions/smtp/login-result.ts';
import { Faults } from '../../../../support/aws/faults.ts';
import { InProcessRotation, type RotationResult } from '../../../../support/aws/rotation.ts';
import { InProcessSecretsManager } from '../../../../support/aws/secrets-manager.ts';
import { MemoryAgenda } from '../../../../support/memory-agenda.ts';
import { MemoryLedger } from '../../../../support/memory-ledger.ts';
import { loginEvidence } from '../login-evidence.ts';
import type { Subject } from './subject.ts';
import { Watch } from './watch.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const OVERLAP_MS = 48 * HOUR_MS;
export const SOAK_MS = 72 * HOUR_MS;
/** The timeout of the rotation function. */
const LAMBDA_MS = 5 * MINUTE_MS;
export const NAME = 'keyturn/orders';
/** Which provider it names does not matter here: the subject stands for it. */
const SEED = {
  host: 'smtp.example.com',
  port: 465,
  provider: { type: 'ses', userName: 'orders', region: 'us-east-1' },
};

const TAGS = { 'keyturn:managed': 'true', 'keyturn:endpoint': 'smtps://smtp.example.com:465' };

/** One invocation of the rotation function. */
export type Handler = (ports: RotationPorts, event: StepEvent) => Promise<unknown>;

/** A way to rotate, and whether something comes by to retire what it replaced. */
export interface Implementation {
  readonly handler: Handler;
  readonly retires: boolean;
}

export const OURS: Implementation = { handler: performStep, retires: true };

export type MakeSubject = (now: () => number, faults: Faults) => Subject;

/** One secret with its provider, its ledger and Secrets Manager, and a clock that moves only when told. */
export class Lab {
  now = Date.parse('2026-11-24T06:00:00Z');
  /** While set no server lets a pending credential in, as if it were unreachable. */
  isServerDown = false;
  waits: Waits = { overlapMs: OVERLAP_MS, soakMs: SOAK_MS };
  readonly faults = new Faults();
  readonly secrets = new InProcessSecretsManager(() => this.now, this.faults);
  readonly ledger = new MemoryLedger(this.faults);
  /** Operations that operators have asked for, by their ids. */
  readonly requests = new Map<string, RotationRequest>();
  readonly store = new SecretStore(this.secrets.client);
  readonly arn = this.secrets.create(NAME, JSON.stringify(SEED), TAGS);
  readonly subject: Subject;
  readonly watch: Watch;
  handler: Handler;
  readonly #retires: boolean;
  /** The last value under each label: it is looked at after every I/O call. */
  readonly #parsed = new Map<string, { value: string | undefined; credential: Credential | undefined }>();
  readonly #agenda = new MemoryAgenda(this.faults);
  #made = 0;

  constructor(makeSubject: MakeSubject, { handler, retires }: Implementation = OURS) {
    this.subject = makeSubject(() => this.now, this.faults);
    this.handler = handler;
    this.#retires = retires;
    this.watch = new Watch(this);
    this.faults.onCall = () => this.watch.look();
  }

  newToken(): string {
    this.#made += 1;
    return String(this.#made).padStart(36, 't');
  }

  /** RotateSecret by an orchestrator of its own; a rotation under way elsewhere is known by its AWSPENDING only. */
  rotate(token?: string, immediately = true): Promise<RotationResult> {
    const orchestrator = new InProcessRotation(this.secrets, {
      now: () => this.now,
      newToken: () => this.newToken(),
      invoke: ({ Step, SecretId, ClientRequestToken }) => {
        this.faults.restart();
        return this.handler(this.ports(), { step: Step, secretId: SecretId, token: ClientRequestToken });
      },
    });
    return orchestrator.rotate(this.arn, token, immediately);
  }

  /** One run of the retirement, if there is any; a crash of it is null. */
  async retire(): Promise<RetirementOutcome | null> {
    if (!this.#retires) return null;
    this.faults.restart();
    return this.look().catch(() => null);
  }

  look(): Promise<RetirementOutcome> {
    const { ledger } = this;
    return retireReplaced({ ...this.ports(), ledger, keepsLease: async () => true }, this.arn);
  }

  /** The owner of a foreign credential takes it away. */
  removeForeignByHand(): void {
    this.subject.removeForeign();
    this.watch.forget();
  }

  /** An operator takes AWSPENDING away by hand. */
  removePendingByHand(): void {
    const holder = this.secrets.find(this.arn).holder('AWSPENDING');
    if (holder) this.secrets.find(this.arn).move('AWSPENDING', undefined, holder.id, this.now);
  }

  credential(label: string): Credential | undefined {
    const value = this.secrets.valueOf(this.arn, label);
    if (value !== this.#parsed.get(label)?.value) {
      const parsed = parseSecret(value ?? '');
      const credential = parsed.kind === 'credential' ? parsed.credential : undefined;
      this.#parsed.set(label, { value, credential });
    }
    return this.#parsed.get(label)?.credential;
  }

  /** Whether the mail of the credential under this label would go out now. */
  works(label: string): boolean {
    const credential = this.credential(label);
    return credential !== undefined && this.subject.accepts(credential, false);
  }

  ports(): RotationPorts {
    const deadline = this.now + LAMBDA_MS;
    return {
      store: this.store,
      ledger: this.ledger,
      agenda: this.#agenda,
      requestOf: async (id) => this.requests.get(id) ?? null,
      providerFor: () => this.subject.provider,
      login: (credential) => this.faults.call(() => this.#login(credential)),
      newPassword: () => new Redacted(`made-${++this.#made}`),
      now: () => this.now,
      random: () => 0.5,
      sleep: (ms) =>
        this.faults.inTurn(async () => {
          this.now += ms;
        }),
      remainingMs: () => deadline - this.now,
      ...this.waits,
    };
  }

  #login(credential: Credential): LoginOutcome {
    const accepted = !this.isServerDown && this.subject.accepts(credential, true);
    if (accepted) this.watch.loggedIn(credential);
    const evidence = loginEvidence(credential, accepted);
    return { result: resultOf(evidence), evidence };
  }
}
