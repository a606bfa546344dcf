import type { Credential, Endpoint } from '../../credential/credential.ts';
import type { ServerFacts } from '../../probe/facts.ts';
import { probeServer } from '../../probe/probe.ts';
import type { Network } from '../../smtp/network.ts';

/** Shorter values would blot out ordinary words, and by that tell the password. */
const MIN_HIDDEN = 8;

/** Probes the server; a password that it repeats, having seen it in a login, does not come back. */
export async function serverFacts(
  endpoint: Endpoint,
  credential: Credential | undefined,
  budgetMs: number,
  network: Network,
): Promise<ServerFacts> {
  const facts = await probeServer(endpoint, budgetMs, network);
  const hidden = credential ? passwordForms(credential) : [];
  const clean = (text: string) => hidden.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text);
  const { greeting, session, plaintext, mechanisms } = facts;
  return {
    ...facts,
    greeting: greeting && { ...greeting, text: clean(greeting.text) },
    plaintext: plaintext && { ...plaintext, mechanisms: plaintext.mechanisms.map(clean) },
    session: session && { ...session, certificate: cleanNames(session.certificate, clean) },
    mechanisms: mechanisms?.map(clean) ?? null,
  };
}

type Certificate = NonNullable<ServerFacts['session']>['certificate'];

function cleanNames(certificate: Certificate, clean: (text: string) => string): Certificate {
  return { ...certificate, subject: clean(certificate.subject), issuer: clean(certificate.issuer) };
}

/** As it is, as AUTH carries it, and in upper case as EHLO keywords are kept. */
function passwordForms({ username, password }: Credential): string[] {
  const secret = password.reveal();
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const forms = [secret, base64(secret), base64(`\0${username}\0${secret}`)];
  return [...forms, ...forms.map((form) => form.toUpperCase())].filter(({ length }) => length >= MIN_HIDDEN);
}
