import { inspect, stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { asciiJson } from '../../../cli/picture/json.ts';
import { picture } from '../../../cli/picture/picture.ts';
import { Redacted } from '../../../functions/credential/redacted.ts';
import { shownBy } from '../../../functions/credential/validation.ts';
import type { LoginEvidence, Reply } from '../../../functions/smtp/evidence.ts';
import { login } from '../../../functions/smtp/login.ts';
import { judge } from '../../../functions/smtp/verdict.ts';
import { ECHO_FORMS, echoesFound } from '../../support/echo-forms.ts';
import { afterwards, PLACES, REPLY_PLACES, SOUND } from '../../support/echo-places.ts';
import { CERTIFICATE_PLACES, hostileCertificate } from '../../support/hostile-certificate.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import type { Script } from '../../support/scripted-dialogue.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

const PASSWORD = 'Zq7wKx-93Vb.tRm2Lp!J';
const USERNAME = 'ada@mail.example.org';
const BUDGET_MS = 20_000;

interface Certified {
  readonly leaf?: { readonly key: string; readonly cert: string };
  readonly ca?: string;
}

interface Heard {
  readonly evidence: LoginEvidence;
  /** What came after the login. */
  readonly later: Reply | null;
}

async function logIn(script: Script, certified: Certified = {}, goOn = false): Promise<Heard> {
  const server = await startScriptedServer(script, { security: 'tls', ...certified });
  const { host, port, security, ca } = server;
  const credential = {
    endpoint: { host, port, security, ca },
    username: USERNAME,
    password: new Redacted(PASSWORD),
  };
  let later: Reply | null = null;
  const listen = async (say: (line: string) => Promise<Reply | null>) => {
    later = await say('MAIL FROM:<a@example.com>');
  };
  const evidence = await login(credential, BUDGET_MS, loopbackNetwork(server), goOn ? listen : undefined);
  await server.close();
  return { evidence, later };
}

async function hearIn(place: string, words: string): Promise<Heard> {
  if (place === 'after the login') return logIn(afterwards(words), {}, true);
  const script = REPLY_PLACES[place];
  if (script) return logIn(script(words));
  const where = CERTIFICATE_PLACES.find((one) => one === place) ?? expect.unreachable(place);
  return logIn(SOUND, await hostileCertificate(where, words.replaceAll('\n', ' ')));
}

/** Everything that is made of a login, by what it is called. */
function outputsOf({ evidence, later }: Heard): Record<string, string> {
  const { endpoint, timings, authSent } = evidence;
  const credential = {
    endpoint,
    username: USERNAME,
    password: new Redacted(PASSWORD),
  };
  const shown = shownBy(credential, { judgement: judge(evidence), evidence });
  const answer = { secretId: null, versionId: null, checkedAt: '2026-11-24T00:00:00.000Z', ...shown };
  return {
    evidence: JSON.stringify(evidence) + inspect(evidence, { depth: 9 }),
    answer: JSON.stringify(answer),
    'command line': stripVTControlCharacters(picture(answer, evidence, 80, (_style, text) => text)),
    'command line, JSON': asciiJson({ ...answer, authSent, timings }),
    'what came later': JSON.stringify(later),
  };
}

let searched = 0;

describe.each(ECHO_FORMS)('a server that repeats the password $name', ({ name, of }) => {
  it('gets it into no output of a login, in whatever place', { timeout: 60_000 }, async () => {
    const found: string[] = [];
    for (const place of PLACES) {
      const heard = await hearIn(place, of(PASSWORD));
      for (const [output, text] of Object.entries(outputsOf(heard))) {
        searched += 1;
        found.push(...echoesFound(text, PASSWORD).map((form) => `${place}: ${form} in ${output}`));
      }
    }
    expect(found, name).toEqual([]);
  });
});

afterAll(() => {
  console.log(`echoes: ${ECHO_FORMS.length} forms x ${PLACES.length} places: ${searched} outputs searched`);
});

it('the search finds each of the forms, in a text like those', () => {
  for (const { of } of ECHO_FORMS)
    expect(echoesFound(`{"text":"no ${of(PASSWORD)} here"}`, PASSWORD)).not.toEqual([]);
  expect(echoesFound(JSON.stringify(PLACES) + inspect(ECHO_FORMS), PASSWORD)).toEqual([]);
});
