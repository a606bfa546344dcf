import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditPicture } from '../../cli/picture/audit.ts';
import { asciiJson } from '../../cli/picture/page.ts';
import { digestMail } from '../../functions/audit/notify/digests.ts';
import { asffFindings } from '../../functions/audit/notify/security-hub.ts';
import { AcceptedRisks, credentialReport } from '../../functions/audit/report/credential-report.ts';
import { render } from '../../functions/audit/report/page/pages.ts';
import { summarise } from '../../functions/audit/report/report.ts';
import { examineSecrets } from '../../functions/audit/run/examine.ts';
import type { Examined } from '../../functions/audit/run/run.ts';
import { ECHO_FORMS, echoesFound } from '../support/echo-forms.ts';
import { REPLY_PLACES, SOUND } from '../support/echo-places.ts';
import { CERTIFICATE_PLACES, hostileCertificate } from '../support/hostile-certificate.ts';
import { loopbackNetwork } from '../support/loopback-network.ts';
import type { Script } from '../support/scripted-dialogue.ts';
import { implicitTls, type ScriptedServer, startScriptedServer } from '../support/scripted-server.ts';
import { call, freshAws, stubDeployment } from './api-world.ts';
import { sourcesOver } from './audit/examination-sources.ts';
import { aggregate, FINISHED, RUN } from './audit/report/examinations.ts';

const PASSWORD = 'Zq7wKx-93Vb.tRm2Lp!J';
const USERNAME = 'ada@mail.example.org';
const NO_RISKS = new AcceptedRisks([], RUN.startedAt);

let script: Script = SOUND;
let server: ScriptedServer;
let handler: typeof import('../../functions/validate.ts').handler;
let searched = 0;

beforeAll(async () => {
  // The scripts begin with their own TLS, each with a certificate of its own.
  server = await startScriptedServer(() => script);
  stubDeployment({ ports: String(server.port) });
  ({ handler } = await import('../../functions/validate.ts'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await server.close();
  vi.unstubAllEnvs();
  console.log(`echoes: ${searched} outputs of validations and audits searched`);
});

const PLACES = [...Object.keys(REPLY_PLACES), ...CERTIFICATE_PLACES];

/** Lets the server repeat `words` from now on, and returns the secret that leads there. */
async function repeating(place: string, words: string): Promise<string> {
  const where = CERTIFICATE_PLACES.find((one) => one === place);
  const said = where ? words.replaceAll('\n', ' ') : 'nothing';
  const { leaf, ca } = await hostileCertificate(where ?? 'subject O', said);
  script = [implicitTls({ leaf }), ...(REPLY_PLACES[place]?.(words) ?? SOUND)];
  const { host, port } = server;
  return JSON.stringify({
    ...{ host, port, security: 'tls', ca },
    ...{ username: USERNAME, password: PASSWORD, from: 'orders@example.com' },
  });
}

/** All that is made of one validation and one audit. */
async function outputsOf(secret: string): Promise<Record<string, string>> {
  const aws = freshAws();
  const arn = aws.secrets.create('mail/ada', secret);
  const answer = await call(handler, { httpMethod: 'POST', body: JSON.stringify({ secretId: 'mail/ada' }) });
  const [examination] = await examineSecrets(
    [arn],
    sourcesOver(aws, () => loopbackNetwork(server)),
  );
  if (examination?.kind !== 'examined') throw new Error(`unexamined: ${JSON.stringify(examination)}`);
  const stored = [...(await aws.table.items())].map((item) => JSON.stringify(item));
  expect(stored.join()).toMatch(/VALIDATION#.*AUDITED#|AUDITED#.*VALIDATION#/s);
  expect(aws.logged.join()).toContain('credential.validated');
  expect(aws.logged.join()).toContain('"_aws"');
  return {
    answer: JSON.stringify(answer),
    'log and metrics': aws.logged.join('\n'),
    table: stored.join('\n'),
    ...reportsOn(examination),
  };
}

function reportsOn(examined: Examined): Record<string, string> {
  const report = aggregate(RUN, [examined], FINISHED);
  const { startedAt, worst, counts } = report;
  const mail = digestMail({ startedAt, failures: counts.fail, warnings: counts.warn, worst });
  const place = { partition: 'aws', region: 'us-east-1', accountId: '123456789012' };
  const context = { ...place, runId: RUN.runId, at: RUN.startedAt };
  const summary = summarise(report);
  return {
    examination: JSON.stringify(examined),
    'report, JSON': JSON.stringify(report),
    'report, page': render(report),
    digest: `${mail.subject}\n${mail.text}\n${mail.html}`,
    'Security Hub': JSON.stringify(asffFindings(credentialReport(examined, NO_RISKS), [], context)),
    'command line': auditPicture(summary, 80, (_style, text) => text),
    'command line, JSON': asciiJson(summary),
  };
}

describe('a server that repeats the password', () => {
  const cases = ECHO_FORMS.map(({ name, of }, at) => [PLACES[at % PLACES.length] ?? '', name, of] as const);

  it.each(cases)('in %s, %s: gets it into no output', { timeout: 60_000 }, async (place, _name, of) => {
    const found: string[] = [];
    for (const [output, text] of Object.entries(await outputsOf(await repeating(place, of(PASSWORD))))) {
      searched += 1;
      found.push(...echoesFound(text, PASSWORD).map((form) => `${form} in ${output}`));
    }
    expect(found).toEqual([]);
  });
});

it('a sound server is described in all of these outputs, so that the search has something to search', async () => {
  const outputs = await outputsOf(await repeating('subject O', 'Quiet Mail'));
  expect(outputs).toMatchObject({
    answer: expect.stringContaining('Quiet Mail'),
    table: expect.stringContaining('Authentication credentials invalid'),
    examination: expect.stringContaining('Quiet Mail'),
    'report, page': expect.stringContaining('Quiet Mail'),
    digest: expect.stringContaining('mail/ada'),
    'Security Hub': expect.stringContaining('mail/ada'),
    'command line': expect.stringContaining('score'),
  });
});
