import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import type { Sources } from '../../../../functions/audit/facts/gather.ts';
import { examineSecrets } from '../../../../functions/audit/run/examine.ts';
import type { Examined } from '../../../../functions/audit/run/run.ts';

import type { Network } from '../../../../functions/net/network.ts';
import { SecretStore } from '../../../../functions/secrets/store.ts';
import { AuditMemory } from '../../../../functions/table/audits.ts';
import { createAuthority } from '../../../../sandbox/certificates.ts';
import { InProcessTable } from '../../../support/aws/dynamodb.ts';
import { InProcessSecretsManager } from '../../../support/aws/secrets-manager.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { type SmtpTestServer, startSmtpServer } from '../../../support/smtp-servers.ts';
import { type Responder, type ResponderOptions, startResponder } from '../../smtp/probe/responder.ts';
import { sourcesOver } from '../examination-sources.ts';

const PASSWORD = 'canary-V8kq2LxZr9Tn4WsB';

let server: SmtpTestServer;
let secrets: InProcessSecretsManager;
let sources: Sources;
let network: Network;
let table: InProcessTable;
const open: Responder[] = [];

beforeAll(async () => {
  server = await startSmtpServer({ security: 'tls', users: { ada: PASSWORD } });
});
afterAll(() => server.close());
afterEach(async () => {
  await Promise.all(open.splice(0).map((responder) => responder.close()));
});

beforeEach(() => {
  secrets = new InProcessSecretsManager();
  table = new InProcessTable();
  network = loopbackNetwork(server);
  sources = sourcesOver({ secrets, table }, () => network);
});

function secretFor(
  { host, port, security, ca }: Omit<Responder, 'dialogues' | 'close'>,
  changes: object = {},
) {
  return JSON.stringify({ host, port, security, ca, username: 'ada', password: PASSWORD, ...changes });
}

async function respond(options: ResponderOptions): Promise<Responder> {
  const responder = await startResponder(options);
  open.push(responder);
  network = loopbackNetwork(server, responder);
  return responder;
}

async function examineOne(value: string | undefined): Promise<Examined> {
  const [examination] = await examineSecrets([secrets.create('mail/ada', value)], sources);
  if (examination?.kind !== 'examined') throw new Error(`unexamined: ${JSON.stringify(examination)}`);
  return examination;
}

const statuses = ({ findings }: Examined) =>
  Object.fromEntries(findings.map(({ check, status }) => [check, status]));

describe('a credential', () => {
  it('is examined with every check of the catalogue, by one login', async () => {
    const examined = await examineOne(secretFor(server));
    expect(examined).toMatchObject({
      secretName: 'mail/ada',
      versionId: expect.stringMatching(/^first/),
      endpoint: { host: 'localhost', port: server.port, security: 'tls' },
      verdict: 'valid',
    });
    expect(examined.findings.map(({ check }) => check)).toEqual(CATALOGUE.map(({ id }) => id));
    expect(statuses(examined)).toMatchObject({
      'cred.login': 'pass',
      'tls.protocol.min': 'pass',
      'cert.chain': 'pass',
      'cert.hostname': 'pass',
      'tls.starttls-offered': 'not-applicable',
      'secret.strength': 'pass',
      'secret.rotation-enabled': 'fail',
      'iam.smtp-user': 'not-applicable',
      'ses.identity': 'not-applicable',
    });
    expect(server.logins).toHaveLength(1);
  });

  it('of a server with an expired certificate fails there, and its password stays at home', async () => {
    const authority = await createAuthority();
    const leaf = await authority.issue({ names: ['localhost'], from: -30, until: -2 });
    const responder = await respond({ security: 'tls', tls: leaf });
    const examined = await examineOne(secretFor({ ...responder, ca: authority.cert }));
    expect(examined.verdict).toBe('tls-untrusted:expired');
    expect(statuses(examined)).toMatchObject({
      'cred.login': 'unknown',
      'cert.chain': 'fail',
      'cert.expiry': 'fail',
      'cert.hostname': 'pass',
    });
    expect(responder.dialogues.flat().join('\n')).not.toMatch(/AUTH/);
  });

  it('of a server without STARTTLS fails there', async () => {
    const responder = await respond({
      replies: { EHLO: '250-localhost\r\n250 AUTH PLAIN\r\n', AUTH: '334 \r\n' },
    });
    expect(statuses(await examineOne(secretFor(responder)))).toMatchObject({
      'tls.starttls-offered': 'fail',
      'tls.enforced': 'fail',
      'auth.cleartext': 'fail',
      'cert.chain': 'unknown',
    });
    expect(responder.dialogues.flat().join('\n')).not.toContain(Buffer.from(PASSWORD).toString('base64'));
  });

  it.each([
    ['malformed', '{"host":1}', 'fail'],
    ['empty', undefined, 'not-applicable'],
  ])('that is %s is reported by its shape and touches no server', async (_name, value, shape) => {
    const before = server.logins.length;
    const examined = await examineOne(value);
    expect(examined).toMatchObject({ endpoint: null, verdict: null });
    expect(statuses(examined)).toMatchObject({ 'secret.shape': shape });
    expect(server.logins).toHaveLength(before);
  });

  it('whose value is refused is unknown in all that needs it', async () => {
    const { client } = secrets;
    const send: typeof client.send = async (command: { constructor: { name: string } }) => {
      if (command.constructor.name === 'GetSecretValueCommand')
        throw Object.assign(new Error('refused'), { name: 'AccessDeniedException' });
      return secrets.client.send(command as never);
    };
    sources = { ...sources, store: new SecretStore(Object.assign(Object.create(client), { send })) };
    const examined = await examineOne(secretFor(server));
    expect(examined.findings.find(({ check }) => check === 'cred.login')).toMatchObject({
      status: 'unknown',
      reason: 'access-denied',
    });
  });
});

describe('the memory of a credential', () => {
  it('is what the next run compares with', async () => {
    await examineOne(secretFor(server));
    const [arn = ''] = [...(await table.items()).keys()].flatMap(
      (key) => /^AUDITED#(.+)\|/.exec(key)?.[1] ?? [],
    );
    expect(await new AuditMemory(table, 400).before('run-2', arn)).toMatchObject({
      server: { host: 'localhost', port: server.port, starttls: null, mechanisms: ['PLAIN', 'LOGIN'] },
      firstSeen: { 'secret.rotation-enabled': expect.any(Number) },
    });
  });

  it('that cannot be read is not replaced, and takes no check with it', async () => {
    const written: unknown[] = [];
    sources = {
      ...sources,
      memory: {
        before: () => Promise.reject(new Error('down')),
        write: async (...memory) => void written.push(memory),
      },
    };
    expect(statuses(await examineOne(secretFor(server)))).toMatchObject({ 'cred.login': 'pass' });
    expect(written).toEqual([]);
  });
});

it('examines the credentials of one server one after the other, and the server itself once', async () => {
  const responder = await respond({ security: 'tls', replies: { AUTH: '235 2.7.0 Ok\r\n' } });
  const arns = Array.from({ length: 6 }, (_, at) => secrets.create(`mail/${at}`, secretFor(responder)));
  const examinations = await examineSecrets(arns, sources);
  expect(examinations.map(({ kind }) => kind)).toEqual(arns.map(() => 'examined'));
  const lines = responder.dialogues.map((dialogue) => dialogue.join(' '));
  expect(lines.filter((line) => /AUTH PLAIN \S/.test(line))).toHaveLength(6);
  expect(lines.filter((line) => /VRFY/.test(line))).toHaveLength(1);
});

describe('a batch', () => {
  it('goes on when one credential throws, and reports that one', async () => {
    const arns = ['mail/a', 'mail/b', 'mail/c'].map((name) => secrets.create(name, secretFor(server)));
    const { store } = sources;
    const describe = (arn: string) => {
      if (arn === arns[1]) throw new TypeError(`broken by ${PASSWORD}`);
      return store.describe(arn);
    };
    sources = {
      ...sources,
      store: Object.assign(Object.create(store), { describe, read: store.read.bind(store) }),
    };
    const examinations = await examineSecrets(arns, sources);
    expect(examinations.map(({ kind }) => kind)).toEqual(['examined', 'unexamined', 'examined']);
    expect(examinations[1]).toEqual({
      kind: 'unexamined',
      secretArn: arns[1],
      reason: 'examine-failed',
      detail: 'TypeError',
    });
  });

  it('says which credentials it may not or cannot examine', async () => {
    const unmanaged = secrets.create('mail/foreign', secretFor(server), {});
    const examinations = await examineSecrets([unmanaged, 'arn:of:none'], sources);
    expect(examinations).toMatchObject([{ reason: 'not-managed' }, { reason: 'not-found' }]);
  });

  it('stops before the function is killed and reports the rest', async () => {
    const arns = ['mail/a', 'mail/b'].map((name) => secrets.create(name, secretFor(server)));
    const before = server.logins.length;
    const examinations = await examineSecrets(arns, { ...sources, remainingMs: () => 1000 });
    expect(examinations).toMatchObject([{ reason: 'deadline' }, { reason: 'deadline' }]);
    expect(server.logins).toHaveLength(before);
  });
});

it('finds no password in what a server learnt from the login and repeats', async () => {
  const blob = Buffer.from(`\0ada\0${PASSWORD}`).toString('base64');
  const spiteful = await respond({
    security: 'tls',
    greeting: `220 localhost ${PASSWORD} ${Buffer.from(PASSWORD).toString('base64')} v1.2 ada@mail.example.com\r\n`,
    replies: {
      EHLO: `250-localhost\r\n250 AUTH PLAIN ${PASSWORD} ${blob}\r\n`,
      AUTH: `535 5.7.8 ${blob} ${PASSWORD}\r\n`,
    },
  });
  const examined = await examineOne(secretFor(spiteful));
  expect(examined.verdict).toBe('rejected');
  const written = JSON.stringify(examined);
  for (const form of [PASSWORD, Buffer.from(PASSWORD).toString('base64'), blob]) {
    expect(written).not.toContain(form);
    expect(written).not.toContain(form.toUpperCase());
  }
  expect(written).not.toContain('@');
});

it('keeps mail addresses and invisible characters of certificates out of its findings', async () => {
  const authority = await createAuthority('Keyturn\u202e sandbox\u200b CA');
  const leaf = await authority.issue({ names: ['ada@mail.example.com'] });
  const odd = await respond({ security: 'tls', tls: leaf });
  const { findings, certificate } = await examineOne(secretFor({ ...odd, ca: authority.cert }));
  expect(certificate).toMatchObject({ subject: '[address]', issuer: 'CN=Keyturn sandbox CA' });
  const evidence = Object.fromEntries(findings.map((finding) => [finding.check, finding.evidence]));
  expect(evidence['cert.hostname']).toContain('the subject is [address]');
  expect(evidence['cert.chain']).toBe('Issued by CN=Keyturn sandbox CA.');
  expect(JSON.stringify(findings)).not.toContain('@');
});
