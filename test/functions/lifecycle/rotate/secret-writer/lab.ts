import { retireReplaced } from '../../../../../functions/lifecycle/retire/retirement.ts';
import { performStep } from '../../../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts } from '../../../../../functions/lifecycle/rotate/rotation.ts';
import { STEPS, type Step } from '../../../../../functions/lifecycle/rotate/step-decision.ts';
import type { Resolver } from '../../../../../functions/net/dns/address-cache.ts';
import type { Endpoint } from '../../../../../functions/net/endpoint.ts';
import { Network } from '../../../../../functions/net/network.ts';
import { loginCredential } from '../../../../../functions/providers/access-token.ts';
import { adminSecrets } from '../../../../../functions/providers/admin-secret.ts';
import { type Credential, everyLogin, parseSecret } from '../../../../../functions/providers/secret.ts';
import { canonicalEndpoint, spelt } from '../../../../../functions/secrets/endpoint.ts';
import { newPassword } from '../../../../../functions/secrets/redacted.ts';

import { SecretStore } from '../../../../../functions/secrets/store.ts';
import { login } from '../../../../../functions/smtp/login.ts';
import { type LoginOutcome, resultOf, resultWith } from '../../../../../functions/smtp/login-result.ts';

import { createAuthority } from '../../../../../sandbox/certificates.ts';
import { arnOf, InProcessSecretsManager } from '../../../../support/aws/secrets-manager.ts';
import { MemoryAgenda } from '../../../../support/memory-agenda.ts';
import { MemoryLedger } from '../../../../support/memory-ledger.ts';
import { type PromptSmtpServer, startPromptSmtp } from '../../../../support/prompt-smtp-server.ts';
import { ACCOUNTS, type Account, type Accounts, ADMIN, FOREIGN, MADE_BY_A_PERSON, NAME } from './account.ts';

const HOUR_MS = 60 * 60 * 1000;
const LAMBDA_MS = 5 * 60_000;
/** What an attacker who cannot read the secret writes in the place of its password. */
const MADE_UP = 'made-up-by-the-attacker';

/** The servers of one kind of provider, and of an attacker whom DNS and the CA of the secret favour. */
export interface Servers {
  readonly mail: Required<Endpoint>;
  /** At another address under the same port, and at the same host under another port: certificates of the same CA. */
  readonly otherHost: PromptSmtpServer & { readonly host: string };
  readonly otherPort: PromptSmtpServer;
  /** The attacker's own CA. */
  readonly otherCa: string;
  account: Account | undefined;
  readonly accounts: Accounts;
  /** One for all, so that most sessions are resumed. */
  readonly network: Network;
  close(): Promise<void>;
}

const OTHER_HOST = '127.0.0.2';

/** There is no other name than that of this computer: those of the providers lead nowhere. */
const NAMES: Resolver = {
  resolve4: () => nowhere(),
  resolve6: () => nowhere(),
  lookup: (host) => (host === 'localhost' ? Promise.resolve(['127.0.0.1']) : nowhere()),
};

function nowhere(): Promise<never> {
  return Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
}

export async function startServers(type: string): Promise<Servers> {
  const accounts = await (ACCOUNTS[type] ?? missing(type))();
  const [authority, other] = await Promise.all([createAuthority(), createAuthority('an attacker')]);
  const servers: { account: Account | undefined } = { account: undefined };
  const accepts = async (username: string, password: string) =>
    (await servers.account?.accepts(username, password)) ?? false;
  const [here, there] = await Promise.all(
    ['localhost', OTHER_HOST].map((name) => authority.issue({ names: [name] })),
  );
  if (!here || !there) throw new Error('no certificates');
  const mail = await startPromptSmtp({ leaf: here, accepts });
  const otherHost = await startPromptSmtp({ leaf: there, address: OTHER_HOST, port: mail.port });
  const otherPort = await startPromptSmtp({ leaf: here });
  const ports = [mail.port, otherPort.port, ...accounts.ports];
  return Object.assign(servers, {
    network: new Network({ ports, networks: ['127.0.0.0/8'] }, NAMES),
    mail: { host: 'localhost', port: mail.port, security: 'tls', ca: authority.cert } as const,
    otherHost: { ...otherHost, host: OTHER_HOST },
    otherPort,
    otherCa: other.cert,
    accounts,
    close: async () => {
      await Promise.all([accounts, mail, otherHost, otherPort].map((one) => one.close()));
    },
  });
}

function missing(type: string): never {
  throw new Error(`no account for the provider ${type}: add one to account.ts`);
}

/** One secret that an attacker may write and nothing else, and what became of everything around it. */
export class WriterLab {
  readonly servers: Servers;
  readonly account: Account;
  readonly secrets: InProcessSecretsManager;
  readonly arn: string;
  readonly ledger = new MemoryLedger();
  /** Why steps failed. */
  readonly failures: string[] = [];
  readonly #store: SecretStore;
  readonly #clock: { leaptMs: number };
  readonly #written = new Set<string>();
  #tokens = 0;
  /** The last current version that the attacker did not write. */
  #honest = '';

  private constructor(
    servers: Servers,
    account: Account,
    secrets: InProcessSecretsManager,
    arn: string,
    clock: { leaptMs: number },
  ) {
    this.servers = servers;
    this.account = account;
    this.secrets = secrets;
    this.arn = arn;
    this.#store = new SecretStore(secrets.client);
    this.#clock = clock;
  }

  static async open(servers: Servers): Promise<WriterLab> {
    const { mail, network } = servers;
    const clock = { leaptMs: 0 };
    const now = () => Date.now() + clock.leaptMs;
    const secrets = new InProcessSecretsManager(now);
    const managed = { 'keyturn:managed': 'true' };
    const tag = { 'keyturn:endpoint': spelt(canonicalEndpoint(mail)) };
    const foreignArn = secrets.create(FOREIGN, '{}', managed);
    const arn = arnOf(NAME);
    const account = await servers.accounts.open({ arn, foreignArn, now, network });
    servers.account = account;
    const { provider, admin } = account;
    const value = JSON.stringify({ ...mail, provider });
    if (admin) {
      const text = JSON.stringify({ ...admin, endpoints: [mail] });
      secrets.create(ADMIN, text, { ...managed, 'keyturn:admin-for': 'keyturn/' });
    }
    secrets.create(NAME, value, { ...managed, ...(admin ? {} : tag) });
    return new WriterLab(servers, account, secrets, arn, clock);
  }

  get now(): number {
    return Date.now() + this.#clock.leaptMs;
  }

  begin(): string {
    this.#tokens += 1;
    const token = String(this.#tokens).padStart(36, 't');
    this.secrets.beginRotation(this.arn, token);
    return token;
  }

  /** Each step, whether or not those before it have failed. */
  async steps(token: string, steps: readonly Step[] = STEPS): Promise<void> {
    for (const step of steps) {
      if (step === 'setSecret') this.#storeByHand(token);
      await performStep(this.#ports(), { step, secretId: this.arn, token }).catch((error: Error) => {
        this.failures.push(`${step}: ${error.message}`);
      });
    }
    this.secrets.endRotation(this.arn);
    const current = this.secrets.find(this.arn).holder('AWSCURRENT')?.id ?? '';
    if (!this.#written.has(current)) this.#honest = current;
  }

  async retire(): Promise<void> {
    for (let run = 0; run < 2; run += 1) {
      this.#clock.leaptMs += 26 * HOUR_MS;
      const ports = { ...this.#ports(), ledger: this.ledger, keepsLease: async () => true };
      await retireReplaced(ports, this.arn).catch((error: Error) => {
        this.failures.push(`retire: ${error.message}`);
      });
    }
  }

  /** The current fields, as somebody knows them who may not read the password. */
  known(): Record<string, unknown> {
    return { ...JSON.parse(this.secrets.valueOf(this.arn, 'AWSCURRENT') ?? '{}'), password: MADE_UP };
  }

  /** PutSecretValue by the attacker, as the current version or as the one of a token. */
  write(value: object, token?: string): void {
    const id = token ?? `written-${this.#written.size}`.padEnd(36, 'w');
    const secret = this.secrets.find(this.arn);
    if (secret.version(id)?.value !== undefined) return;
    this.#written.add(id);
    secret.put(id, JSON.stringify(value), [token ? 'AWSPENDING' : 'AWSCURRENT'], this.now);
  }

  /** Takes AWSPENDING away, as Secrets Manager does after its own test of a version without a value. */
  withdraw(): void {
    const secret = this.secrets.find(this.arn);
    const pending = secret.holder('AWSPENDING');
    if (pending) secret.move('AWSPENDING', undefined, pending.id, this.now);
  }

  /** The owner puts the last honest value back, and has nothing pending. */
  repair(): void {
    this.withdraw();
    const secret = this.secrets.find(this.arn);
    const current = secret.holder('AWSCURRENT');
    if (current && current.id !== this.#honest) secret.move('AWSCURRENT', this.#honest, current.id, this.now);
  }

  /** What must never be told to anybody but the provider: every password that the attacker did not write. */
  secretsOfOthers(): readonly string[] {
    const made = this.secrets
      .find(this.arn)
      .versions()
      .filter(({ id }) => !this.#written.has(id))
      .flatMap(({ value }) => passwordsIn(value));
    return [...made, ...this.account.keys()].filter((one) => one !== MADE_UP);
  }

  /** Of those, the ones that somebody heard who nobody has named. */
  leaked(): readonly string[] {
    const { otherHost, otherPort } = this.servers;
    const heard = [otherHost.heard(), otherPort.heard(), ...this.account.strayed()].join('\n');
    return this.secretsOfOthers().filter((one) => heard.includes(one));
  }

  /** For a provider whose credentials a person makes: from the current value, as it may have been written meanwhile. */
  #storeByHand(token: string): void {
    const secret = this.secrets.find(this.arn);
    const isPending = secret.version(token)?.labels.includes('AWSPENDING');
    if (this.account.provider.type !== 'manual' || !isPending || secret.version(token)?.value) return;
    const login = { username: 'orders', password: `${MADE_BY_A_PERSON}${token}` };
    secret.put(token, JSON.stringify({ ...this.known(), ...login }), ['AWSPENDING'], this.now);
  }

  #ports(): RotationPorts {
    const deadline = this.now + LAMBDA_MS;
    return {
      store: this.#store,
      ledger: this.ledger,
      agenda: new MemoryAgenda(),
      requestOf: async () => null,
      providerFor: (provider, secret) => this.account.make(provider, adminSecrets(this.#store, secret)),
      login: (credential, budgetMs) => this.#login(credential, budgetMs),
      newPassword,
      now: () => this.now,
      random: () => 0.5,
      sleep: async (ms) => {
        this.#clock.leaptMs += ms;
      },
      remainingMs: () => deadline - this.now,
      overlapMs: 0,
      soakMs: 0,
    };
  }

  async #login(credential: Credential, budgetMs: number): Promise<LoginOutcome> {
    const ready = await loginCredential(credential, budgetMs, this.account.fetch);
    if (ready.kind === 'failed') return { result: resultWith(ready.verdict), evidence: null };
    const evidence = await login(ready.credential, LOGIN_MS, this.servers.network);
    return { result: resultOf(evidence), evidence };
  }
}

/** An attacker's server may never answer. */
const LOGIN_MS = 1000;

function passwordsIn(value: string | undefined): readonly string[] {
  const parsed = parseSecret(value ?? '');
  if (parsed.kind !== 'credential') return [];
  return everyLogin(parsed.credential).map(({ password }) => password.reveal());
}
