import { REDACTED } from '../../observe/shown.ts';
import type { Credential } from '../../providers/secret.ts';
import { Echoes } from '../../smtp/echoes/echoes.ts';
import type { ServerFacts } from '../../smtp/probe/facts.ts';

/** Every password of a credential: other regions have their own. */
export function passwordsOf({ password, endpoints = [] }: Credential): readonly string[] {
  return [password, ...endpoints.flatMap((one) => one.password ?? [])].map((one) => one.reveal());
}

/**
 * What a probe found; a password that the server repeats, having seen it in a login, does not come back. Mechanisms are
 * registered names, so there is nothing to look for in them.
 */
export function withoutPassword(facts: ServerFacts, credential: Credential | undefined): ServerFacts {
  if (!credential) return facts;
  const { username, endpoint } = credential;
  const echoes = new Echoes({ secrets: passwordsOf(credential), names: [username], host: endpoint.host });
  const { greeting, session, plaintext, keywords } = facts;
  const isClean = (text: string) => !echoes.areShownBy(text);
  return {
    ...facts,
    greeting: greeting && { ...greeting, text: isClean(greeting.text) ? greeting.text : REDACTED },
    plaintext: plaintext && { ...plaintext, keywords: plaintext.keywords.filter(isClean) },
    session: session && { ...session, certificate: cleanNames(session.certificate, echoes) },
    keywords: keywords?.filter(isClean) ?? null,
  };
}

type Certificate = NonNullable<ServerFacts['session']>['certificate'];

function cleanNames(certificate: Certificate, echoes: Echoes): Certificate {
  const { subject, issuer } = certificate;
  return echoes.areInNames([subject, issuer])
    ? { ...certificate, subject: REDACTED, issuer: REDACTED }
    : certificate;
}
