import { retireReplaced } from '../../../functions/lifecycle/retire/retirement.ts';
import { performStep } from '../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts } from '../../../functions/lifecycle/rotate/rotation.ts';
import { STEPS, type Step } from '../../../functions/lifecycle/rotate/step-decision.ts';
import { send } from '../../../functions/net/send.ts';
import { adminSecrets, type ReadAdmin } from '../../../functions/providers/admin-secret.ts';
import type { HttpDeps } from '../../../functions/providers/http-api.ts';
import type { RotationProvider } from '../../../functions/providers/provider.ts';
import { ResendKeys } from '../../../functions/providers/resend.ts';
import { type Credential, type Provider, parseSecret } from '../../../functions/providers/secret.ts';
import { SendGridKeys } from '../../../functions/providers/sendgrid.ts';
import { canonicalEndpoint, spelt } from '../../../functions/secrets/endpoint.ts';
import { newPassword } from '../../../functions/secrets/redacted.ts';

import { SecretStore } from '../../../functions/secrets/store.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { MemoryAgenda } from '../../support/memory-agenda.ts';
import { MemoryLedger } from '../../support/memory-ledger.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import type { ResendApi } from '../../support/providers/resend-api.ts';
import { SendGridApi } from '../../support/providers/sendgrid-api.ts';
import { type SmtpTestServer, startSmtpServer } from '../../support/smtp-servers.ts';

const NAME = 'keyturn/orders';
const LAMBDA_MS = 5 * 60_000;

/** A server that lets in whom the provider lets in. */
export function smtpFor(accepts: (username: string, password: string) => boolean): Promise<SmtpTestServer> {
  return startSmtpServer({
    security: 'tls',
    users: {},
    onAuth: ({ username, password = '' }) =>
      accepts(username, password) ? { code: 235, text: '2.7.0 Authentication successful' } : undefined,
  });
}

/** As a secret names it. */
export const placeOf = ({ host, port, security, ca }: SmtpTestServer) => ({ host, port, security, ca });

/** A secret whose keys SendGrid or Resend issues, and what to close after it. */
export async function issuingLab(api: SendGridApi | ResendApi) {
  const http = await FaultyHttp.start(api.handle);
  const server = await smtpFor((username, password) => api.accepts(username, password));
  const type = api instanceof SendGridApi ? 'sendgrid' : 'resend';
  const provider = { type, adminSecretId: 'admin/provider' };
  const lab = new RotationLab({ ...placeOf(server), provider }, [server], (named, deps) => {
    if (named.type === 'sendgrid') return new SendGridKeys(named, deps, http.url);
    if (named.type === 'resend') return new ResendKeys(named, deps, http.url);
    throw new Error(`the secret names ${named.type}`);
  });
  lab.addAdministrator({ type, apiKey: api.adminKey });
  return { lab, http, open: [http, server] };
}

type MakeProvider = (provider: Provider, deps: HttpDeps & { readAdmin: ReadAdmin }) => RotationProvider;

/** One secret that is rotated with a provider and SMTP servers that are real, on this computer. Who waits lets its clock leap. */
export class RotationLab {
  readonly secrets = new InProcessSecretsManager(() => this.now());
  readonly arn: string;
  readonly #store = new SecretStore(this.secrets.client);
  readonly #ledger = new MemoryLedger();
  readonly #makeProvider: MakeProvider;
  readonly #servers: readonly SmtpTestServer[];
  #leaptMs = 0;
  #rotations = 0;

  /** `value`: the secret before its first rotation. */
  constructor(value: object, servers: readonly SmtpTestServer[], makeProvider: MakeProvider) {
    const tags = servers.map((one, at) => [`keyturn:endpoint:${at}`, spelt(canonicalEndpoint(one))]);
    this.arn = this.secrets.create(NAME, JSON.stringify(value), {
      'keyturn:managed': 'true',
      ...Object.fromEntries(tags),
    });
    this.#servers = servers;
    this.#makeProvider = makeProvider;
  }

  /** A secret of an administrator, `admin/provider`, for this credential only unless told otherwise. */
  addAdministrator(value: object, servesFor = NAME): void {
    const tags = { 'keyturn:managed': 'true', 'keyturn:admin-for': servesFor };
    this.secrets.create('admin/provider', JSON.stringify(value), tags);
  }

  /** PutSecretValue by somebody who may do no more than that. */
  write(
    labels: readonly string[],
    value: object,
    token = `written-${++this.#rotations}`.padEnd(36, '0'),
  ): void {
    this.secrets.find(this.arn).put(token, JSON.stringify(value), labels, this.now());
  }

  value(label: string): object {
    return JSON.parse(this.secrets.valueOf(this.arn, label) ?? '');
  }

  now(): number {
    return Date.now() + this.#leaptMs;
  }

  leap(ms: number): void {
    this.#leaptMs += ms;
  }

  /** All four steps; rejects where the first one fails. */
  async rotate(token = `rotation-${++this.#rotations}`.padEnd(36, '0')): Promise<readonly string[]> {
    this.secrets.beginRotation(this.arn, token);
    const results: string[] = [];
    for (const step of STEPS) {
      results.push(await performStep(this.#ports(), { step, secretId: this.arn, token }));
    }
    this.secrets.endRotation(this.arn);
    return results;
  }

  step(step: Step, token: string): Promise<string> {
    return performStep(this.#ports(), { step, secretId: this.arn, token });
  }

  /** One run of the retirement, with no overlap to wait for. */
  retire() {
    const ports = { ...this.#ports(), ledger: this.#ledger, keepsLease: async () => true };
    return retireReplaced(ports, this.arn);
  }

  credential(label: string): Credential {
    const parsed = parseSecret(this.secrets.valueOf(this.arn, label) ?? '');
    if (parsed.kind !== 'credential') throw new Error(`${label} holds no credential: ${parsed.kind}`);
    return parsed.credential;
  }

  async verdict(credential: Credential): Promise<string> {
    return resultOf(await login(credential, 5000, loopbackNetwork(...this.#servers))).verdict;
  }

  #ports(): RotationPorts {
    const endsAt = this.now() + LAMBDA_MS;
    const deps = { fetch: send, sleep: async (ms: number) => this.leap(ms), now: () => this.now() };
    return {
      ...deps,
      store: this.#store,
      ledger: this.#ledger,
      agenda: new MemoryAgenda(),
      requestOf: async () => null,
      providerFor: (provider, secret) =>
        this.#makeProvider(provider, { ...deps, readAdmin: adminSecrets(this.#store, secret) }),
      login: async (credential, budgetMs) => {
        const evidence = await login(credential, budgetMs, loopbackNetwork(...this.#servers));
        return { result: resultOf(evidence), evidence };
      },
      newPassword,
      random: () => 0.5,
      remainingMs: () => endsAt - this.now(),
      overlapMs: 0,
      soakMs: 0,
    };
  }
}
