import type { Credential } from '../../credential/credential.ts';
import type { ServerFacts } from '../../probe/facts.ts';

/** Shorter values would blot out ordinary words, and by that tell the password. */
const MIN_HIDDEN = 8;

/** What a probe found; a password that the server repeats, having seen it in a login, does not come back. */
export function withoutPassword(facts: ServerFacts, credential: Credential | undefined): ServerFacts {
  const hidden = credential ? passwordForms(credential) : [];
  const clean = (text: string) => hidden.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text);
  const { greeting, session, plaintext, mechanisms, keywords } = facts;
  return {
    ...facts,
    greeting: greeting && { ...greeting, text: clean(greeting.text) },
    plaintext: plaintext && {
      ...plaintext,
      mechanisms: plaintext.mechanisms.map(clean),
      keywords: plaintext.keywords.map(clean),
    },
    session: session && { ...session, certificate: cleanNames(session.certificate, clean) },
    mechanisms: mechanisms?.map(clean) ?? null,
    keywords: keywords?.map(clean) ?? null,
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
