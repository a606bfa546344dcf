import { rfc } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import { fail, info, type Outcome, pass, warn } from '../outcome.ts';
import { notSeen, onServer } from './subject.ts';

const TOKEN_OR_PROOF = /^(SCRAM-|OAUTHBEARER$|XOAUTH2$)/;
/** ANONYMOUS lets anybody in; the others are historic (RFC 6331) or tied to weak hashes. */
const WEAK = /^(ANONYMOUS|CRAM-MD5|DIGEST-MD5|NTLM)$/;
/** A product name and its version, after the host name that opens a greeting (RFC 5321 section 4.2). */
const PRODUCT_VERSION = /([A-Za-z][A-Za-z+-]*)[ /_(-]+v?(\d+\.\d+(?:\.\d+)?[\w.-]*)/;
const ADDRESS_LITERAL = /\[[^\]]*\]|\b\d{1,3}(?:\.\d{1,3}){3}\b/g;

export const smtpChecks: readonly Check[] = [
  {
    id: 'auth.mechanisms',
    practices: [2, 5],
    title: 'Login mechanisms',
    severity: 'low',
    why: 'SMTP has no second factor. Tokens and challenge proofs keep the secret off the wire; withdrawn mechanisms force the server to store it badly.',
    mend: 'Offer SCRAM-SHA-256 or OAUTHBEARER, keep PLAIN under TLS, and switch off CRAM-MD5, DIGEST-MD5, NTLM and ANONYMOUS.',
    reference: rfc(6331, '1'),
    rule: onServer((server) =>
      server.mechanisms ? mechanismsOutcome(server.mechanisms) : notSeen(server, 'No EHLO under TLS'),
    ),
  },
  {
    id: 'smtp.banner',
    practices: [16],
    title: 'Server greeting',
    severity: 'low',
    why: 'A version in the greeting tells every scanner which known faults to try first.',
    mend: 'Take the version out of the greeting (Postfix: `smtpd_banner = $myhostname ESMTP`), and keep the server up to date.',
    reference: rfc(5321, '7.5'),
    rule: onServer((server) =>
      server.greeting ? bannerOutcome(server.greeting.text) : notSeen(server, 'There was no greeting'),
    ),
  },
];

function mechanismsOutcome(mechanisms: readonly string[]): Outcome {
  if (mechanisms.length === 0) return fail('Under TLS the server lists no AUTH mechanism.');
  const evidence = `Under TLS the server offers ${mechanisms.join(', ')}.`;
  if (mechanisms.some((mechanism) => WEAK.test(mechanism))) return warn(evidence);
  return mechanisms.some((mechanism) => TOKEN_OR_PROOF.test(mechanism)) ? pass(evidence) : info(evidence);
}

function bannerOutcome(text: string): Outcome {
  const withoutHost = text.replace(/^\S+/, '').replace(ADDRESS_LITERAL, '');
  const [, product, version] = PRODUCT_VERSION.exec(withoutHost) ?? [];
  if (version === undefined) return pass('The greeting names no software version.');
  return warn(`The greeting names ${product} ${version}. Greetings can lie; take it as a hint.`);
}
