import type { ServerFacts } from '../../smtp/probe/facts.ts';
import { rfc } from '../../smtp/reference.ts';
import type { RememberedServer } from '../../table/items.ts';
import { type Check, fail, info, notApplicable, type Outcome, pass, unknown, warn } from '../check.ts';
import { notSeen, onServer, onStarttls, seenBefore } from '../subjects/credential.ts';

const TOKEN_OR_PROOF = /^(SCRAM-|OAUTHBEARER$|XOAUTH2$)/;
/** ANONYMOUS lets anybody in; the others are historic (RFC 6331) or tied to weak hashes. */
const WEAK = /^(ANONYMOUS|CRAM-MD5|DIGEST-MD5|NTLM)$/;
/** A product name and its version, after the host name that opens a greeting (RFC 5321 section 4.2). */
const PRODUCT_VERSION = /([A-Za-z][A-Za-z+-]*)[ /:_(-]+v?(\d+\.\d+(?:\.\d+)?[\w.-]*)/;
/** The first versions that do not take a bare line feed for the end of a message (CVE-2023-51764, -51766, -51765). */
const SMUGGLING_MENDED: Readonly<Record<string, readonly number[]>> = {
  postfix: [3, 8, 4],
  exim: [4, 97, 1],
  sendmail: [8, 18],
};
const ADDRESS_LITERAL = /\[[^\]]*\]|\b\d{1,3}(?:\.\d{1,3}){3}\b/g;

export const smtpChecks: readonly Check[] = [
  {
    id: 'auth.mechanisms',
    practices: [2, 5],
    title: 'Login mechanisms',
    severity: 'low',
    needs: ['server'],
    why: 'SMTP AUTH has no second factor. Tokens and challenge-response mechanisms keep the password off the wire; obsolete mechanisms force the server to store it badly.',
    remediation:
      'Offer SCRAM-SHA-256 or OAUTHBEARER, keep PLAIN under TLS, and disable CRAM-MD5, DIGEST-MD5, NTLM and ANONYMOUS.',
    reference: rfc(6331, '1'),
    rule: onServer((server) =>
      server.mechanisms ? mechanismsOutcome(server.mechanisms) : notSeen(server, 'No EHLO under TLS'),
    ),
  },
  {
    id: 'auth.downgrade',
    practices: [5, 13],
    title: 'Login mechanisms since the last audit',
    severity: 'medium',
    needs: ['server', 'history'],
    why: 'When a strong mechanism is gone, or is offered only before TLS, clients fall back to one that hands the password over. An attacker on the path would arrange just that.',
    remediation:
      'Offer the same mechanisms under TLS as before; if nobody changed the server, look at the network path.',
    reference: rfc(4954, '9'),
    rule: (facts) =>
      onServer((server, endpoint) => downgradeOutcome(server, seenBefore(facts, endpoint)))(facts),
  },
  {
    id: 'smtp.injection',
    practices: [5, 16, 17],
    title: 'Commands injected before TLS',
    severity: 'critical',
    needs: ['server'],
    why: 'If the server keeps what arrived in the clear along with STARTTLS, somebody on the path can put commands in front of the login and have the mail, and even the password, sent to themselves.',
    remediation:
      'Update the mail server: when TLS begins it must discard what it has read so far (CVE-2011-0411 and similar).',
    reference: rfc(3207, '4.2'),
    rule: onStarttls((server) => {
      const { injection } = server;
      if (injection === null) return notSeen(server, 'TLS was not reached');
      if (injection.result === 'unknown')
        return unknown(injection.reason, 'A command sent along with STARTTLS had no clear answer.');
      if (injection.result === 'executed')
        return fail('A command that was sent in the clear, along with STARTTLS, was answered under TLS.');
      return pass(`A command that was sent along with STARTTLS was ${injection.result}.`);
    }),
  },
  {
    id: 'smtp.vrfy-expn',
    practices: [14],
    title: 'VRFY and EXPN',
    severity: 'low',
    needs: ['server'],
    why: 'A server that tells which users exist hands out a list of names to guess passwords for.',
    remediation:
      'Answer VRFY with 252 or not at all, and disable EXPN. Postfix: `disable_vrfy_command = yes`; Exim: no `acl_smtp_vrfy` and `acl_smtp_expn`.',
    reference: rfc(5321, '7.3'),
    rule: onServer((server) => {
      const { vrfy, expn } = server.lookups;
      if (vrfy === null || expn === null) return notSeen(server, 'VRFY and EXPN were not answered');
      const evidence = `Without a login VRFY is answered with ${vrfy} and EXPN with ${expn}.`;
      if ([vrfy, expn].some((code) => code === 250 || code === 251)) return fail(evidence);
      return [vrfy, expn].every((code) => code === 252 || code >= 500)
        ? pass(evidence)
        : unknown('temporary', evidence);
    }),
  },
  {
    id: 'smtp.banner',
    practices: [16],
    title: 'Server greeting',
    severity: 'low',
    needs: ['server'],
    why: 'A version in the greeting tells every scanner which known vulnerabilities to try first.',
    remediation:
      'Remove the version from the greeting (Postfix: `smtpd_banner = $myhostname ESMTP`), and keep the server up to date.',
    reference: rfc(5321, '7.5'),
    rule: onServer((server) =>
      server.greeting ? bannerOutcome(server.greeting.text) : notSeen(server, 'There was no greeting'),
    ),
  },
];

function mechanismsOutcome(mechanisms: readonly string[]): Outcome {
  if (mechanisms.length === 0) return fail('Under TLS the server offers no registered AUTH mechanism.');
  const evidence = `Under TLS the server offers ${mechanisms.join(', ')}.`;
  if (mechanisms.some((mechanism) => WEAK.test(mechanism))) return warn(evidence);
  return mechanisms.some((mechanism) => TOKEN_OR_PROOF.test(mechanism)) ? pass(evidence) : info(evidence);
}

function bannerOutcome(text: string): Outcome {
  const withoutHost = text.replace(/^\S+/, '').replace(ADDRESS_LITERAL, '');
  const [, product, version] = PRODUCT_VERSION.exec(withoutHost) ?? [];
  if (version === undefined) return pass('The greeting names no software version.');
  const fixed = SMUGGLING_MENDED[product?.toLowerCase() ?? ''];
  const old = fixed && isBefore(version.split('.').map(Number.parseFloat), fixed);
  const known = old ? ' That version is open to SMTP smuggling (CVE-2023-51764 and similar).' : '';
  return warn(`The greeting names ${product} ${version}.${known} Greetings can lie: take this as a hint.`);
}

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  const at = other.findIndex((part, index) => (version[index] ?? 0) !== part);
  return at >= 0 && (version[at] ?? 0) < (other[at] ?? 0);
}

function downgradeOutcome(server: ServerFacts, before: RememberedServer | undefined): Outcome {
  const { mechanisms, plaintext } = server;
  if (!mechanisms) return notSeen(server, 'No EHLO under TLS');
  const lost = (names: readonly string[]) =>
    names.filter((name) => TOKEN_OR_PROOF.test(name) && !mechanisms.includes(name));
  const inClearOnly = lost(plaintext?.mechanisms ?? []);
  if (inClearOnly.length > 0)
    return warn(`Offered before TLS, but no longer under it: ${inClearOnly.join(', ')}.`);
  const gone = lost(before?.mechanisms ?? []);
  if (gone.length > 0) return warn(`Offered at the last audit, but no longer: ${gone.join(', ')}.`);
  return before?.mechanisms
    ? pass('Every strong mechanism of the last audit is still offered.')
    : notApplicable('No audit has seen the mechanisms of this server before.');
}
