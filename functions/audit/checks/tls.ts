import type { Endpoint } from '../../credential/credential.ts';
import { type Handshake, PINNED_VERSIONS, type ServerFacts } from '../../probe/facts.ts';
import { rfc } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import { fail, info, type Outcome, pass, unknown, warn } from '../outcome.ts';
import { notSeen, onEndpoint, onSession, onStarttls } from './subject.ts';

const IMPLICIT_TLS: readonly number[] = [465, 2465];
const STARTTLS: readonly number[] = [587, 2587];
const RELAY = 25;
const OLD: readonly string[] = ['TLSv1', 'TLSv1.1'];
/** OpenSSL's names of the versions, as the RFCs write them. */
const NAMES: Readonly<Record<string, string>> = {
  TLSv1: 'TLS 1.0',
  'TLSv1.1': 'TLS 1.1',
  'TLSv1.2': 'TLS 1.2',
  'TLSv1.3': 'TLS 1.3',
};
/** Mechanisms that hand over the secret or a bearer token as it is. */
const CLEARTEXT: readonly string[] = ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'];
const CONTINUE = 334;

export const tlsChecks: readonly Check[] = [
  {
    id: 'tls.mode',
    practices: [5],
    title: 'Port and TLS mode',
    severity: 'high',
    why: 'Port 25 is for relaying between servers, where TLS is optional; a wrong mode on a submission port only produces hanging connections.',
    mend: 'Use port 465 (or 2465) with `security: tls`, or port 587 (or 2587) with `security: starttls`.',
    reference: rfc(8314, '3'),
    rule: onEndpoint(modeOutcome),
  },
  {
    id: 'tls.starttls-offered',
    practices: [5],
    title: 'STARTTLS offer',
    severity: 'critical',
    why: 'Without STARTTLS there is no way to log in safely on this port, or somebody between is removing the offer.',
    mend: 'Enable STARTTLS on the server, or move the secret to port 465 with `security: tls`. If it was there yesterday, look at the network path.',
    reference: rfc(3207, '4'),
    rule: onStarttls((server) => {
      if (!server.plaintext) return notSeen(server, 'EHLO was not answered');
      return server.plaintext.starttls ? pass('EHLO lists STARTTLS.') : fail('EHLO does not list STARTTLS.');
    }),
  },
  {
    id: 'tls.enforced',
    practices: [5, 17],
    title: 'TLS enforcement',
    severity: 'high',
    why: 'If a server takes logins or mail in clear, one misconfigured client is enough to send a password over the open network.',
    mend: 'Require TLS before MAIL and AUTH. Postfix: `smtpd_tls_security_level=encrypt` and `smtpd_tls_auth_only=yes` on submission; Exim: advertise AUTH only where `tls_in_cipher` is set.',
    reference: rfc(3207, '4'),
    rule: onStarttls(enforcedOutcome),
  },
  {
    id: 'auth.cleartext',
    practices: [5, 14],
    title: 'Password mechanisms in clear',
    severity: 'high',
    why: 'Clients take the offer before STARTTLS at its word and send the password in clear.',
    mend: 'Offer PLAIN and LOGIN only after TLS. Postfix: `smtpd_tls_auth_only=yes`; Dovecot: `auth_allow_cleartext=no`.',
    reference: rfc(4954, '4'),
    rule: onStarttls((server) => {
      if (!server.plaintext) return notSeen(server, 'EHLO was not answered');
      const offered = server.plaintext.mechanisms.filter((mechanism) => CLEARTEXT.includes(mechanism));
      if (offered.length === 0)
        return pass('Before TLS the server offers no mechanism that sends the secret.');
      const evidence = `Before TLS the server offers ${offered.join(', ')}`;
      return isRefusal(server.plaintext.auth)
        ? warn(`${evidence}, but answers AUTH with ${server.plaintext.auth}.`)
        : fail(`${evidence}.`);
    }),
  },
  {
    id: 'tls.protocol.min',
    practices: [5, 16],
    title: 'TLS versions',
    severity: 'medium',
    why: 'TLS 1.0 and 1.1 rest on broken hashes and are withdrawn; a server that still takes them can be talked down.',
    mend: 'Switch off everything below TLS 1.2 and add TLS 1.3. Postfix: `smtpd_tls_mandatory_protocols = >=TLSv1.2`.',
    reference: rfc(8996, '4'),
    rule: onSession(({ protocol }, server) => protocolOutcome(protocol, server)),
  },
];

function modeOutcome({ port, security }: Endpoint): Outcome {
  const mode = security === 'tls' ? 'implicit TLS' : 'STARTTLS, required';
  const evidence = `Port ${port} with ${mode}.`;
  if (port === RELAY) return fail(`${evidence} Port 25 is not for submission.`);
  if ((security === 'tls' ? STARTTLS : IMPLICIT_TLS).includes(port)) return fail(evidence);
  const usual = security === 'tls' ? IMPLICIT_TLS : STARTTLS;
  return usual.includes(port)
    ? pass(evidence)
    : info(`${evidence} The port is not a registered submission port.`);
}

function enforcedOutcome(server: ServerFacts): Outcome {
  const { auth, mail } = server.plaintext ?? { auth: null, mail: null };
  if (auth === null || mail === null) return notSeen(server, 'The server was not asked in clear');
  const evidence = `Before TLS, AUTH is answered with ${auth} and MAIL with ${mail}.`;
  if (auth === CONTINUE || isSuccess(auth) || isSuccess(mail)) return fail(evidence);
  return isRefusal(auth) && isRefusal(mail) ? pass(evidence) : unknown('temporary', evidence);
}

function protocolOutcome(negotiated: string, { handshakes }: ServerFacts): Outcome {
  const accepted = PINNED_VERSIONS.filter((version) => handshakes[version].result === 'accepted').map(String);
  if (negotiated === 'TLSv1.3') accepted.push(negotiated);
  const names = accepted.map((version) => NAMES[version] ?? version);
  const evidence = `The server accepts ${names.join(', ') || 'none of the tried versions'}.`;
  if (accepted.some((version) => OLD.includes(version))) return fail(evidence);
  const untold = [handshakes.TLSv1, handshakes['TLSv1.1']].find(isUnknown);
  if (untold) return unknown(untold.reason, `${evidence} Older versions could not be tried.`);
  return negotiated === 'TLSv1.3' ? pass(evidence) : warn(`${evidence} TLS 1.3 is missing.`);
}

function isUnknown(handshake: Handshake): handshake is Extract<Handshake, { result: 'unknown' }> {
  return handshake.result === 'unknown';
}

function isSuccess(code: number): boolean {
  return code >= 200 && code < 300;
}

/** 5yz: permanent negative completion, RFC 5321 section 4.2.1. */
function isRefusal(code: number | null): boolean {
  return code !== null && code >= 500;
}
