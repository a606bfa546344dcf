import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect } from 'vitest';
import type { AuditPage } from '../../functions/api/audits.ts';
import type { CredentialHistory, CredentialList } from '../../functions/api/credentials.ts';
import type { AuditSummary } from '../../functions/audit/report/report.ts';
import type { SchemaName } from '../../infra/openapi/document.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { expectAnswer } from '../support/api-schema.ts';
import type { Answer, Caller } from './callers.ts';

/** Every read that a viewer is allowed, with the answer that its document promises. */
export const READS: Readonly<Record<string, SchemaName | null>> = {
  '/audits/latest': 'AuditSummary',
  '/credentials': 'CredentialList',
  '/credentials?limit=2': 'CredentialList',
  '/credentials/mail/provider': 'CredentialHistory',
  '/openapi.json': null,
};

const ONE = { secretId: 'mail/provider' };
const SEVERAL = { secretIds: ['mail/wrong-password', 'mail/provider'] };

export async function expectNoEntry(caller: Caller): Promise<void> {
  for (const path of Object.keys(READS)) expect(await caller.get(path), path).toMatchObject({ status: 403 });
  await expectNoValidation(caller);
}

export async function expectNoValidation(caller: Caller): Promise<void> {
  for (const body of [ONE, SEVERAL]) expect(await caller.validate(body)).toMatchObject({ status: 403 });
}

export async function expectReads(caller: Caller): Promise<void> {
  for (const [path, schema] of Object.entries(READS)) {
    const body = parsed(await caller.get(path), 200);
    if (schema) expectAnswer(schema, body);
  }
}

/** One audit by its id, and its page behind the link; resolves to the page. */
export async function expectAudit(caller: Caller): Promise<string> {
  const { runId } = parsed(await caller.get('/audits/latest'), 200) as AuditSummary;
  expectAnswer('AuditSummary', parsed(await caller.get(`/audits/${runId}`), 200));
  const link = parsed(await caller.get(`/audits/${runId}/report`), 303) as AuditPage;
  expectAnswer('AuditPage', link);
  const response = await fetch(link.url);
  const page = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page).toContain(runId);
  return page;
}

/** What the main job's validations have left in the table. */
export async function expectKnowledge(caller: Caller): Promise<void> {
  const names: string[] = [];
  for (let path: string | null = '/credentials?limit=2'; path !== null; ) {
    const page = parsed(await caller.get(path), 200) as CredentialList;
    names.push(...page.credentials.map(({ secretName }) => secretName));
    path = page.next && `/credentials?limit=2&next=${page.next}`;
  }
  expect(names).toHaveLength(new Set(names).size);
  expect(names).toEqual(expect.arrayContaining(['keyturn/orders', 'mail/provider', 'mail/wrong-password']));
  const byName = parsed(await caller.get('/credentials/mail/wrong-password'), 200) as CredentialHistory;
  expect(byName).toMatchObject({ credential: 'bad', verdict: 'rejected' });
  // One by POST /validations, one by the audit.
  expect(byName.history.map(({ verdict }) => verdict)).toEqual(['rejected', 'rejected']);
  for (const id of [encodeURIComponent('mail/wrong-password'), byName.secretArn]) {
    expect(parsed(await caller.get(`/credentials/${id}`), 200)).toMatchObject({
      secretArn: byName.secretArn,
    });
  }
}

export async function expectRefusals(caller: Caller): Promise<void> {
  const refusals = [
    ['/credentials?next=made-up', 400, 'malformed-request'],
    ['/credentials?limit=0', 400, 'malformed-request'],
    ['/credentials/mail/absent', 404, 'not-found'],
    ['/audits/absent', 404, 'not-found'],
    ['/audits/absent/report', 404, 'not-found'],
    ['/audits/-absent/report', 400, 'malformed-request'],
  ] as const;
  for (const [path, status, error] of refusals) {
    const body = parsed(await caller.get(path), status);
    expectAnswer('Error', body);
    expect(body).toMatchObject({ error });
  }
}

export async function expectValidations(caller: Caller): Promise<void> {
  expectAnswer('ValidationResult', parsed(await caller.validate(ONE), 200));
  const several = parsed(await caller.validate({ secretIds: [...SEVERAL.secretIds, 'mail/absent'] }), 200);
  expectAnswer('BatchAnswer', several);
  expect(several).toMatchObject({
    results: [
      { secretId: 'mail/wrong-password', credential: 'bad' },
      { secretId: 'mail/provider', credential: 'good' },
      { secretId: 'mail/absent', error: 'not-managed' },
    ],
  });
}

/** The roles cannot read a secret without the tag, be it there or not: IAM decides before Secrets Manager looks. */
export async function expectBadRequestsRefused({ clients }: Sandbox, validator: Caller): Promise<void> {
  const unmanaged = new CreateSecretCommand({ Name: 'mail/unmanaged', SecretString: '{}' });
  await clients.secretsManager.send(unmanaged);
  for (const secretId of ['mail/unmanaged', 'mail/absent']) {
    expect(parsed(await validator.validate({ secretId }), 403)).toMatchObject({ error: 'not-managed' });
  }
  for (const body of [{ secret: 'mail/provider' }, { secretIds: [] }, { ...ONE, ...SEVERAL }]) {
    expect(parsed(await validator.validate(body), 400)).toMatchObject({ error: 'malformed-request' });
  }
}

export function parsed({ status, body }: Answer, expected: number): unknown {
  expect([status, body]).toEqual([expected, expect.any(String)]);
  return JSON.parse(body);
}
