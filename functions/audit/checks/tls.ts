import type { Endpoint } from '../../net/endpoint.ts';
import { CLEARTEXT } from '../../smtp/probe/dialogue.ts';
import { type Handshake, type ServerFacts, TLS_VERSIONS, type TlsVersion } from '../../smtp/probe/facts.ts';
import { rfc } from '../../smtp/reference.ts';
import type { RememberedServer } from '../../table/items.ts';
import { type Check, fail, info, type Outcome, pass, unknown, warn } from '../check.ts';
import { notSeen, onEndpoint, onServer, onStarttls, seenBefore } from '../subjects/credential.ts';

const IMPLICIT_TLS: readonly number[] = [465, 2465];
const STARTTLS: readonly number[] = [587, 2587];
const RELAY = 25;
const OLD: readonly TlsVersion[] = ['SSLv3', 'TLSv1', 'TLSv1.1'];
/** OpenSSL's names of the versions, as the RFCs write them. */
const NAMES: Readonly<Record<TlsVersion, string>> = {
  SSLv3: 'SSL 3.0',
  TLSv1: 'TLS 1.0',
  'TLSv1.1': 'TLS 1.1',
  'TLSv1.2': 'TLS 1.2',
  'TLSv1.3': 'TLS 1.3',
};
const CONTINUE = 334;

export const tlsChecks: readonly Check[] = [
  {
    id: 'tls.mode',
    practices: [5],
    title: 'Port and TLS mode',
    severity: 'high',
    needs: ['server'],
    why: 'Port 25 is for relaying between servers, where TLS is optional; on a submission port the wrong mode only leaves connections hanging.',
    remediation:
      'Use port 465 (or 2465) with `security: tls`, or port 587 (or 2587) with `security: starttls`.',
    reference: rfc(8314, '3'),
    rule: onEndpoint(modeOutcome),
  },
  {
    id: 'tls.starttls-offered',
    practices: [5],
    title: 'STARTTLS offer',
    severity: 'critical',
    needs: ['server', 'history'],
    why: 'Without STARTTLS there is no safe way to log in on this port; or somebody on the path is stripping the offer.',
    remediation:
      'Enable STARTTLS on the server, or move the secret to port 465 with `security: tls`. If it was offered yesterday, look at the network path.',
    reference: rfc(3207, '4'),
    rule: (facts) =>
      onStarttls((server, endpoint) => offerOutcome(server, seenBefore(facts, endpoint)))(facts),
  },
  {
    id: 'tls.enforced',
    practices: [5, 17],
    title: 'TLS enforcement',
    severity: 'high',
    needs: ['server'],
    why: 'If a server accepts logins or mail in the clear, one misconfigured client is enough to send a password across the network unencrypted.',
    remediation:
      'Require TLS before MAIL and AUTH. Postfix: `smtpd_tls_security_level=encrypt` and `smtpd_tls_auth_only=yes` on submission; Exim: advertise AUTH only where `tls_in_cipher` is set.',
    reference: rfc(3207, '4'),
    rule: onStarttls(enforcedOutcome),
  },
  {
    id: 'auth.cleartext',
    practices: [5, 14],
    title: 'Password mechanisms before TLS',
    severity: 'high',
    needs: ['server'],
    why: 'A client that takes an offer made before STARTTLS at its word sends the password in the clear.',
    remediation:
      'Offer PLAIN and LOGIN only after TLS. Postfix: `smtpd_tls_auth_only=yes`; Dovecot: `auth_allow_cleartext=no`.',
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
    needs: ['server'],
    why: 'SSL 3.0, TLS 1.0 and TLS 1.1 rest on broken hashes and are deprecated; a server that still accepts them can be downgraded to them.',
    remediation:
      'Disable everything below TLS 1.2 and enable TLS 1.3. Postfix: `smtpd_tls_mandatory_protocols = >=TLSv1.2`.',
    reference: rfc(8996, '4'),
    rule: onServer(protocolOutcome),
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

function offerOutcome(server: ServerFacts, before: RememberedServer | undefined): Outcome {
  if (!server.plaintext) return notSeen(server, 'EHLO was not answered');
  if (server.plaintext.starttls) return pass('EHLO lists STARTTLS.');
  if (server.plaintext.overwritten)
    return fail(
      'In place of STARTTLS, EHLO has a keyword that something on the path has overwritten (XXXXXXXA).',
    );
  if (!before?.starttls) return fail('EHLO does not list STARTTLS.');
  const seen = new Date(before.seenAt).toISOString().slice(0, 10);
  return fail(
    `EHLO listed STARTTLS on ${seen} and no longer does: somebody on the path may be stripping it.`,
  );
}

function enforcedOutcome(server: ServerFacts): Outcome {
  const { auth, mail } = server.plaintext ?? { auth: null, mail: null };
  if (auth === null || mail === null) return notSeen(server, 'The server was not asked before TLS');
  const evidence = `Before TLS, AUTH is answered with ${auth} and MAIL with ${mail}.`;
  if (auth === CONTINUE || isSuccess(auth) || isSuccess(mail)) return fail(evidence);
  return isRefusal(auth) && isRefusal(mail) ? pass(evidence) : unknown('temporary', evidence);
}

function protocolOutcome(server: ServerFacts): Outcome {
  const { handshakes } = server;
  const accepted = TLS_VERSIONS.filter((version) => handshakes[version].result === 'accepted');
  const names = accepted.map((version) => NAMES[version]);
  const evidence = `The server accepts ${names.join(', ') || 'none of the tried versions'}.`;
  if (accepted.some((version) => OLD.includes(version))) return fail(evidence);
  if (TLS_VERSIONS.every((version) => isNotReached(handshakes[version])))
    return notSeen(server, 'TLS was not reached');
  const untold = TLS_VERSIONS.map((version) => handshakes[version]).find(isUnknown);
  if (untold) return unknown(untold.reason, `${evidence} Not every version could be tried.`);
  if (accepted.length === 0) return fail(evidence);
  return accepted.includes('TLSv1.3') ? pass(evidence) : warn(`${evidence} TLS 1.3 is missing.`);
}

function isNotReached(handshake: Handshake): boolean {
  return isUnknown(handshake) && handshake.reason === 'not-reached';
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
