import pLimit from 'p-limit';
import type { CertificateFacts } from '../../net/certificate.ts';
import { OWNER_TAG } from '../../observe/names.ts';
import { mask, REDACTED, shownName } from '../../observe/shown.ts';
import { type SecretDescription, versionWith } from '../../secrets/description.ts';
import { Echoes } from '../../smtp/echoes/echoes.ts';
import { shownBy } from '../../validation/validation.ts';
import { type Check, gather, type Outcome } from '../check.ts';
import { CATALOGUE } from '../checks/catalogue.ts';
import { gatherFacts, type Sources } from '../facts/gather.ts';
import { passwordsOf } from '../facts/mail-host.ts';
import { type CredentialFacts, endpointOf } from '../subjects/credential.ts';
import { dated, remember, resolved } from './memory.ts';
import type { Examination, Examined, Finding, Found, UnexaminedReason } from './run.ts';

/** Each credential holds a few sockets and little memory. Those of one mail host take turns. */
const CONCURRENCY = 4;
/** Less than this (ms) would only produce timeouts that say nothing about the server. */
const LEAST_MS = 2000;

/** Examines credentials side by side. One that throws is reported as such and never takes the others with it. */
export function examineSecrets(secretArns: readonly string[], sources: Sources): Promise<Examination[]> {
  return pLimit(CONCURRENCY).map(secretArns, async (secretArn) => {
    if (sources.remainingMs() < LEAST_MS) return unexamined(secretArn, 'deadline');
    try {
      return await examineSecret(secretArn, sources);
    } catch (error) {
      return unexamined(secretArn, 'examine-failed', shownName(error));
    }
  });
}

async function examineSecret(secretArn: string, sources: Sources): Promise<Examination> {
  const description = await sources.store.describe(secretArn);
  if (description.kind === 'denied') return unexamined(secretArn, 'access-denied');
  if (description.kind === 'not-found') return unexamined(secretArn, 'not-found');
  if (!description.managed) return unexamined(secretArn, 'not-managed');
  const memory = await gather(() => sources.memory.before(secretArn));
  const history = memory.known ? memory.value : null;
  const facts = await gatherFacts(sources, description, history);
  await recordLogin(sources, description, facts);
  const findings = dated(findingsOf(facts), history, facts.examinedAt);
  // A memory that could not be read is not replaced: it would forget since when findings stand.
  if (memory.known)
    await sources.memory.write(secretArn, { seen: remember(facts, findings), before: history });
  return examined(description, facts, findings);
}

/** The audit's login is a validation like any other: `GET /credentials` shows it. */
async function recordLogin(
  { record }: Sources,
  description: SecretDescription,
  { content, login, examinedAt }: CredentialFacts,
): Promise<void> {
  if (!login.known || !content.known || content.value.kind !== 'credential') return;
  const result = {
    secretId: description.name,
    versionId: versionWith('AWSCURRENT', description) ?? null,
    checkedAt: new Date(examinedAt).toISOString(),
    ...shownBy(content.value.credential, login.value),
  };
  await record({ secretArn: description.arn, current: true, result });
}

function examined(
  description: SecretDescription,
  facts: CredentialFacts,
  findings: readonly Finding[],
): Examined {
  const { content, login } = facts;
  const endpoint = endpointOf(content.known ? content.value : undefined);
  return {
    kind: 'examined',
    secretArn: description.arn,
    secretName: description.name,
    owner: description.tags[OWNER_TAG] ?? null,
    versionId: versionWith('AWSCURRENT', description) ?? null,
    endpoint: endpoint ? { host: endpoint.host, port: endpoint.port, security: endpoint.security } : null,
    verdict: login.known ? login.value.result.verdict : null,
    certificate: certificateSeen(facts),
    findings,
    resolved: resolved(findings, facts.history),
  };
}

function certificateSeen({ server }: CredentialFacts): CertificateFacts | null {
  return (server.known && server.value.session?.certificate) || null;
}

function findingsOf(facts: CredentialFacts): Found[] {
  const found = CATALOGUE.map((check) => ({ check, outcome: rule(check, facts) }));
  const quoting = found.filter(({ check }) => check.needs.includes('domain'));
  const isEchoed = echoedIn(
    quoting.map(({ outcome }) => outcome.evidence),
    facts,
  );
  return found.map(({ check: { id }, outcome }) => {
    const evidence = isEchoed(outcome.evidence) ? REDACTED : outcome.evidence;
    return { ...outcome, check: id, evidence };
  });
}

function rule(check: Check, facts: CredentialFacts): Outcome {
  const outcome = check.rule(facts);
  return { ...outcome, evidence: mask(outcome.evidence) };
}

/**
 * Which of the evidence that quotes the DNS repeats the password: whoever runs the server may write records too. Only for
 * passwords that our own sentences cannot hold by chance. Searched as one text first, because that is nearly always all.
 */
function echoedIn(evidence: readonly string[], { content }: CredentialFacts): (one: string) => boolean {
  if (!content.known || content.value.kind !== 'credential') return () => false;
  const secrets = passwordsOf(content.value.credential).filter(isNoWord);
  const echoes = new Echoes({ secrets, names: [], host: '' });
  if (!echoes.areShownBy(evidence.join(' '))) return () => false;
  return (one) => evidence.includes(one) && echoes.areShownBy(one);
}

function isNoWord(password: string): boolean {
  return password.length >= 16 || (password.length >= 8 && !/^[a-z]*$/i.test(password));
}

function unexamined(secretArn: string, reason: UnexaminedReason, detail: string | null = null): Examination {
  return { kind: 'unexamined', secretArn, reason, detail };
}
