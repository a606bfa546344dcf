import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { encryptionKeys, identitiesOf } from './audit/facts/aws-facts.ts';
import type { Sources } from './audit/facts/gather.ts';
import { HostTurns, OptInTests, SharedProbes } from './audit/facts/mail-host.ts';
import { ReportBucket } from './audit/run/report-bucket.ts';
import type { AccountFacts } from './audit/subjects/account.ts';
import * as aws from './aws.ts';
import { attempt, type Prover, prove } from './budget/attempt.ts';
import { controlPlace } from './budget/places.ts';
import type { Attempt } from './budget/turn.ts';
import { setting } from './environment.ts';
import { announcePromotion as announce } from './lifecycle/rotate/report.ts';
import { exchangersOver } from './mail-domain/dane/dane.ts';
import { Domains } from './mail-domain/domains.ts';
import { policyOver } from './mail-domain/mta-sts/mta-sts.ts';
import { SystemResolver } from './net/dns/address-cache.ts';
import { RunDns } from './net/dns/dns.ts';
import { DnsOverHttps } from './net/dns/over-https.ts';
import { SystemDns } from './net/dns/system-dns.ts';
import { Network } from './net/network.ts';
import { keptAlive, send, sendOver } from './net/send.ts';
import { loginCredential } from './providers/access-token.ts';
import { adminSecrets } from './providers/admin-secret.ts';
import type { RotationProvider, ServedSecret } from './providers/provider.ts';
import { providerFor as makeProvider } from './providers/provider-for.ts';
import type { Credential, Provider } from './providers/secret.ts';
import { newPassword } from './secrets/redacted.ts';
import { SecretReader, SecretStore } from './secrets/store.ts';
import { login } from './smtp/login.ts';
import type { LoginOutcome } from './smtp/login-result.ts';
import { tryRelay } from './smtp/probe/misuse.ts';
import { probeServer } from './smtp/probe/probe.ts';
import type { Afterwards } from './smtp/session.ts';
import { Agenda } from './table/agenda.ts';
import { AuditMemory, AuditRuns } from './table/audits.ts';
import { tableOf } from './table/dynamodb.ts';
import { keys } from './table/items.ts';
import { Lease } from './table/lease.ts';
import { Ledger, Operations } from './table/ledger.ts';
import { Tallies } from './table/tallies.ts';
import { Validations } from './table/validations.ts';

/**
 * The composition root: what the functions have of this deployment, made of its settings when it is first asked for, and
 * once a process. Nothing else makes a client, and nothing below knows of it: it is handed in by the entry points.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

// With `sideEffects` in package.json: esbuild leaves out of a function what that does not ask for.
/* @__NO_SIDE_EFFECTS__ */
function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => {
    made ??= { it: make() };
    return made.it;
  };
}

export const table = once(() => tableOf(aws.dynamodb(), setting('table')));
export const secretsManager = once(aws.secretsManager);
export const stepFunctions = once(aws.stepFunctions);
export const invoker = once(aws.invoker);
export const securityHub = once(aws.securityHub);
/** For mails: one whose answer was lost may have gone out. */
export const sesOnce = once(() => aws.ses(aws.ONCE));
/** For all that the audit reads of the account, within so many milliseconds. */
export const accountReaders = (limitMs: number) => aws.accountReaders(AbortSignal.timeout(limitMs));

const lambda = once(aws.lambda);
/** Has Lambda invoke a function by itself, which is not waited for. Rejects when Lambda does not accept it. */
export async function invokeLater(FunctionName: string, payload: object): Promise<void> {
  const Payload = JSON.stringify(payload);
  await lambda().send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
}

const events = once(aws.events);
export const announcePromotion = (secretArn: string) => announce(events(), secretArn);

/** All Secrets Manager calls there are; and the reading ones alone, in the functions that do nothing else. */
export const secretStore = once(() => new SecretStore(secretsManager()));
export const secretReader = once(() => new SecretReader(secretsManager()));

export const ledger = once(() => new Ledger(table()));
export const validations = once(() => new Validations(table()));
export const operations = once(() => new Operations(table()));
export const agenda = once(() => new Agenda(table()));
export const retirementLease = once(() => new Lease(table(), keys.retirementLease));
export const auditLease = once(() => new Lease(table(), keys.auditLease));
export const auditRuns = once(() => new AuditRuns(table(), setting('reportRetentionDays')));
export const reportBucket = once(() => new ReportBucket(aws.s3(), setting('bucket')));

/** To mail servers: shared by everything that dials in this process, so that DNS answers and TLS sessions are too. */
const network = once(() => new Network({ ports: setting('ports'), networks: setting('networks') }));

const loginBudget = once((): Prover => {
  return {
    table: new Tallies(table(), randomUUID),
    limits: {
      failures: setting('loginFailures'),
      hostFailures: setting('loginHostFailures'),
      windowMs: setting('loginWindowMinutes') * MINUTE_MS,
    },
    addresses: (endpoint) => network().addresses(endpoint),
    loginCredential,
    login: (credential, budgetMs) => login(credential, budgetMs, network()),
    latest: (secretArn) => validations().latest(secretArn),
    now: Date.now,
    random: Math.random,
    sleep,
    newId: randomUUID,
  };
});

/** The way every function finds out about the credential in use; the audit goes on in its session. */
export function proveCredential(tried: Attempt, afterwards?: Afterwards): Promise<LoginOutcome> {
  const inSession: Prover['login'] = (ready, budgetMs) => login(ready, budgetMs, network(), afterwards);
  return prove({ ...loginBudget(), login: inSession }, tried);
}

/** One login inside the budget, for a rotation: it repeats a refused login itself, since a new credential spreads slowly. */
export function attemptLogin(tried: Attempt): Promise<LoginOutcome> {
  return attempt(loginBudget(), tried);
}

/** The same for all logins of one secret. */
export function loginFor(secretArn: string) {
  return (credential: Credential, budgetMs: number) => attemptLogin({ credential, secretArn, budgetMs });
}

/** Of the login that is meant to fail: once a day, at whatever hour of it an audit comes to the host. */
const CONTROL_LIMITS = { failures: 1, hostFailures: null, windowMs: 20 * 60 * MINUTE_MS };

/** A login that is meant to fail: a server that bans addresses counts it like any other, so each has one a day. */
function attemptControl(credential: Credential, budgetMs: number): Promise<LoginOutcome> {
  const besides = (control: Credential) => controlPlace(control, CONTROL_LIMITS);
  const tried = { credential, secretArn: 'negative-control', budgetMs, meantToFail: true };
  return attempt({ ...loginBudget(), besides }, tried);
}

/** Of HTTPS, PostgreSQL and MySQL, for webhooks and password tables; their addresses are guarded as mail servers' are. */
const PROVIDER_PORTS = [443, 5432, 3306];

const providerDeps = once(() => ({
  iam: aws.iam(),
  mintingIam: aws.iam(aws.ONCE),
  fetch: send,
  sleep,
  now: Date.now,
  network: new Network({
    ports: [...PROVIDER_PORTS, ...setting('ports')],
    networks: setting('networks'),
  }),
  randomBytes,
  newId: randomUUID,
}));

/** A provider as the functions reach it: the role's IAM, this process's network, the admin secrets that serve the secret. */
export function providerFor(provider: Provider, secret: ServedSecret): RotationProvider {
  return makeProvider(provider, { ...providerDeps(), readAdmin: adminSecrets(secretStore(), secret) });
}

const waits = () => ({
  overlapMs: setting('overlapHours') * HOUR_MS,
  soakMs: setting('soakHours') * HOUR_MS,
});

/** What a rotation, a retirement and an operation have in common. */
export const lifecycle = once(() => ({
  store: secretStore(),
  ledger: ledger(),
  agenda: agenda(),
  requestOf: (operationId: string) => operations().find(operationId),
  providerFor,
  newPassword,
  now: Date.now,
  random: Math.random,
  sleep,
  newId: randomUUID,
  ...waits(),
}));

/** MTA-STS policies are served by HTTPS, and mail exchangers take mail in on port 25; addresses are guarded as ever. */
const DOMAIN_PORTS = [443, 25];
/** A connection that waits longer (ms) for the next question is closed, so that none outlasts an invocation. */
const IDLE_MS = 4000;

const domainSources = once(() => {
  const configured = setting('nameServers');
  // They find the hosts of a domain too: what the functions' network says of them may be another host.
  const nameServers = configured.length > 0 ? configured : undefined;
  const allowed = { ports: DOMAIN_PORTS, networks: setting('networks') };
  const domainNetwork = new Network(allowed, new SystemResolver(nameServers));
  return {
    lookup: new SystemDns(nameServers),
    validator: new DnsOverHttps(setting('dnsOverHttps'), sendOver({ agents: keptAlive(IDLE_MS) })),
    fetchPolicy: policyOver(domainNetwork),
    askExchanger: exchangersOver(domainNetwork),
  };
});

/** The domains of one run; `remainingMs` is the time left for all of them. */
function domainsWithin(remainingMs: () => number): Domains {
  const { lookup, validator, ...asked } = domainSources();
  const dns = new RunDns({ lookup, validator, remainingMs });
  return new Domains({ ...asked, dns, selectors: setting('dkimSelectors') });
}

/** What the audit asks about the credentials of one batch, and whom; `remainingMs` is the time left for all of them. */
export function auditSources(runId: string, account: AccountFacts, remainingMs: () => number): Sources {
  const memories = new AuditMemory(table(), setting('reportRetentionDays'));
  return {
    secretsManager: secretsManager(),
    iam: aws.iam(aws.PATIENTLY),
    identityOf: identitiesOf(aws.sesv2()),
    keyOf: encryptionKeys(aws.kms()),
    account,
    settings: auditSettings(),
    store: secretReader(),
    turns: new HostTurns(),
    probes: new SharedProbes((endpoint, budgetMs) => probeServer(endpoint, budgetMs, network())),
    optInTests: new OptInTests({
      attempt: attemptControl,
      relay: (endpoint, recipient, budgetMs) => tryRelay(endpoint, recipient, budgetMs, network()),
    }),
    prove: proveCredential,
    attempt: attemptLogin,
    domains: domainsWithin(remainingMs),
    record: (validated) => validations().record(validated),
    memory: {
      before: (secretArn) => memories.before(runId, secretArn),
      write: (secretArn, remembered) => memories.write(runId, secretArn, remembered),
    },
    now: Date.now,
    remainingMs,
  };
}

const auditSettings = once(() => ({
  rotationDays: setting('rotationDays'),
  ...waits(),
  optIns: setting('auditOptIn'),
}));
