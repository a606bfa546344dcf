import { inspect, stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { asciiJson } from '../../../cli/picture/page.ts';
import { validationPicture } from '../../../cli/picture/validation.ts';
import type { Network } from '../../../functions/net/network.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { LoginEvidence, Reply } from '../../../functions/smtp/evidence.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { shownBy } from '../../../functions/validation/validation.ts';
import { ECHO_FORMS, echoesFound } from '../../support/echo-forms.ts';
import { REPLY_PLACES, SOUND } from '../../support/echo-places.ts';
import { CERTIFICATE_PLACES, hostileCertificate } from '../../support/hostile-certificate.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import type { Script } from '../../support/scripted-dialogue.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';
import { shareOf } from '../../support/share.ts';

const PASSWORD = 'Zq7wKx-93Vb.tRm2Lp!J';
const USERNAME = 'ada@mail.example.org';
const BUDGET_MS = 20_000;

interface Heard {
  readonly evidence: LoginEvidence;
  /** What came after the login. */
  readonly later: Reply | null;
}

async function logIn(server: ScriptedServer, network: Network): Promise<Heard> {
  const { host, port, security, ca } = server;
  const credential = {
    endpoint: { host, port, security, ca },
    username: USERNAME,
    password: new Redacted(PASSWORD),
  };
  let later: Reply | null = null;
  const evidence = await login(credential, BUDGET_MS, network, async (say) => {
    later = await say('MAIL FROM:<a@example.com>');
  });
  return { evidence, later };
}

/** One server, and one network, which resumes its TLS sessions. `form`: its number, by which `npm test` chooses places. */
async function inEveryReply(words: string, form: number): Promise<[place: string, Heard][]> {
  let script: Script = SOUND;
  const server = await startScriptedServer(() => script, { security: 'tls' });
  const network = loopbackNetwork(server);
  const heard: [string, Heard][] = [];
  for (const [place, scriptOf] of shareOf(Object.entries(REPLY_PLACES), 3, form)) {
    script = scriptOf(words);
    heard.push([place, await logIn(server, network)]);
  }
  await server.close();
  return heard;
}

async function inEveryCertificate(words: string, form: number): Promise<[place: string, Heard][]> {
  const heard: [string, Heard][] = [];
  for (const place of shareOf(CERTIFICATE_PLACES, 3, form)) {
    const certificate = await hostileCertificate(place, words.replaceAll('\n', ' '));
    const server = await startScriptedServer(SOUND, { security: 'tls', ...certificate });
    heard.push([place, await logIn(server, loopbackNetwork(server))]);
    await server.close();
  }
  return heard;
}

/** Everything that is made of a login, by what it is called. */
function outputsOf({ evidence, later }: Heard): Record<string, string> {
  const { endpoint, timings, authSent } = evidence;
  const credential = {
    endpoint,
    username: USERNAME,
    password: new Redacted(PASSWORD),
  };
  const shown = shownBy(credential, { result: resultOf(evidence), evidence });
  const answer = { secretId: null, versionId: null, checkedAt: '2026-11-24T00:00:00.000Z', ...shown };
  return {
    evidence: JSON.stringify(evidence) + inspect(evidence, { depth: 9 }),
    answer: JSON.stringify(answer),
    'command line': stripVTControlCharacters(validationPicture(answer, evidence, 80, (_style, text) => text)),
    'command line, JSON': asciiJson({ ...answer, authSent, timings }),
    'what came later': JSON.stringify(later),
  };
}

let searched = 0;

const FORMS = ECHO_FORMS.map((form, at) => ({ ...form, at }));

describe.each(FORMS)('a server that repeats the password $name', ({ name, of, at }) => {
  it('gets it into no output of a login, in whatever place', { timeout: 60_000 }, async () => {
    const found: string[] = [];
    const words = of(PASSWORD);
    const heardThere = [...(await inEveryReply(words, at)), ...(await inEveryCertificate(words, at))];
    for (const [place, heard] of heardThere) {
      for (const [output, text] of Object.entries(outputsOf(heard))) {
        searched += 1;
        found.push(...echoesFound(text, PASSWORD).map((form) => `${place}: ${form} in ${output}`));
      }
    }
    expect(found, name).toEqual([]);
  });
});

describe('a password of another login, which nobody knows here', () => {
  // It was this credential's own before it was rotated, say, and still works.
  const FORMER = 'correct-horse-Battery7';

  it.each(FORMS)('is in no reply: $name', { timeout: 60_000 }, async ({ of, at }) => {
    const found: string[] = [];
    for (const [place, heard] of await inEveryReply(of(FORMER), at)) {
      for (const [output, text] of Object.entries(outputsOf(heard)))
        found.push(...echoesFound(text, FORMER).map((form) => `${place}: ${form} in ${output}`));
    }
    expect(found).toEqual([]);
  });

  it('is in no certificate, when it looks like one that was made', async () => {
    const made = 'BPq7wKx93VbtRm2LpJ8ZcY4dQe6Hs1Ng0Tf5Ua3Wi9Xo';
    const { leaf, ca } = await hostileCertificate('subject O', made);
    const server = await startScriptedServer(SOUND, { security: 'tls', leaf, ca });
    const { evidence } = await logIn(server, loopbackNetwork(server));
    await server.close();
    expect(evidence.tls?.certificate.subject).toBe('CN=localhost, C=AT, O=[redacted]');
  });
});

afterAll(() => {
  const places = Object.keys(REPLY_PLACES).length + CERTIFICATE_PLACES.length;
  console.log(`echoes: ${ECHO_FORMS.length} forms in ${places} places: ${searched} outputs searched`);
});

it('the search finds each of the forms, and none where none is', async () => {
  const server = await startScriptedServer(SOUND, { security: 'tls' });
  const sound = await logIn(server, loopbackNetwork(server));
  await server.close();
  for (const { of } of ECHO_FORMS)
    expect(echoesFound(`{"text":"no ${of(PASSWORD)} here"}`, PASSWORD)).not.toEqual([]);
  expect(echoesFound(Object.values(outputsOf(sound)).join(' '), PASSWORD)).toEqual([]);
});
