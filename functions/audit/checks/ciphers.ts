import type { CipherClass, ServerFacts } from '../../smtp/probe/facts.ts';
import { rfc } from '../../smtp/reference.ts';
import { type Check, fail, info, type Outcome, pass, type UnknownReason, unknown, warn } from '../check.ts';
import { notSeen, onServer, onSession } from '../subjects/credential.ts';

/** As people know them. */
const NAMES: Readonly<Partial<Record<CipherClass, string>>> = {
  null: 'suites without encryption (NULL)',
  anonymous: 'suites without authentication (anonymous)',
  export: 'export suites of 40 and 56 bits',
  rc4: 'RC4',
  des: 'single DES',
  '3des': '3DES',
  'seed-idea': 'SEED or IDEA',
  cbc: 'CBC suites',
  'static-key': 'RSA key exchange without forward secrecy',
};
/** RFC 9325 section 4.1: MUST NOT; RC4 by RFC 7465. */
const BROKEN: readonly CipherClass[] = ['null', 'anonymous', 'export', 'rc4', 'des'];
/** Blocks of 64 bits (Sweet32), or no longer maintained. */
const DATED: readonly CipherClass[] = ['3des', 'seed-idea'];
const TOLERABLE: readonly CipherClass[] = ['cbc', 'static-key'];
/** RFC 9325 section 4.2: DHE groups of less than 2048 bits MUST NOT be used. */
const LEAST_DH_BITS = 2048;
/** Names of the IANA registry; those of TLS 1.3 have no `_WITH_`. */
const CBC = /_CBC_/;
const FORWARD_SECRET = /^TLS_(ECDHE|DHE)_|^TLS_(?!.*_WITH_)/;
/** RFC 9794 calls the mix of a classical and a post-quantum key exchange a hybrid. */
const POST_QUANTUM = /MLKEM|KYBER/i;

export const cipherChecks: readonly Check[] = [
  {
    id: 'tls.cipher',
    practices: [5],
    title: 'Cipher suites',
    severity: 'high',
    needs: ['server'],
    why: 'A server that accepts broken suites can be negotiated down to them, and then the login might as well be sent in the clear. The TLS libraries of today cannot even offer them, so nobody notices.',
    remediation:
      'Allow only AES-GCM and ChaCha20 suites with ECDHE. Postfix: `tls_high_cipherlist` and `smtpd_tls_mandatory_ciphers = high`; Dovecot: `ssl_cipher_list`; Exim: `tls_require_ciphers`.',
    reference: rfc(9325, '4.1'),
    rule: onServer(cipherOutcome),
  },
  {
    id: 'tls.fs',
    practices: [5],
    title: 'Forward secrecy',
    severity: 'medium',
    needs: ['server'],
    why: 'Without forward secrecy, whoever records the traffic today can read every password in it on the day the key of the server leaks. A short Diffie-Hellman group gives away as much.',
    remediation:
      'Offer TLS 1.3 or ECDHE suites, and disable DHE or give it a group of at least 2048 bits (Postfix: `smtpd_tls_dh1024_param_file`; Dovecot: `ssl_dh`; Exim: `tls_dhparam`).',
    reference: rfc(9325, '7.3'),
    rule: onServer(forwardSecrecyOutcome),
  },
  {
    id: 'tls.pqc',
    practices: [5],
    title: 'Post-quantum key exchange',
    severity: 'low',
    needs: ['server'],
    why: 'Traffic that is recorded now may be read by a quantum computer later; for a password that is rotated every month that is no reason to hurry.',
    remediation:
      'Nothing needs to be done. A server with OpenSSL 3.5 or later offers X25519MLKEM768 by itself.',
    reference: rfc(8446, '4.2.7'),
    rule: onSession(({ protocol, group }) => {
      if (group === null) return info(`${protocol}: the key exchange group is not known.`);
      return POST_QUANTUM.test(group)
        ? pass(`The key exchange is a post-quantum hybrid: ${group}.`)
        : info(`The key exchange is a classical one: ${group}.`);
    }),
  },
];

function cipherOutcome(server: ServerFacts): Outcome {
  const { session } = server;
  const accepted = (classes: readonly CipherClass[]) =>
    classes.filter((name) => server.ciphers[name].result === 'accepted').map((name) => NAMES[name] ?? name);
  const broken = accepted(BROKEN);
  const dated = accepted(DATED);
  if (broken.length > 0) return fail(`The server accepts ${[...broken, ...dated].join(', ')}.`);
  const untold = reasonOf(server, [...BROKEN, ...DATED]);
  if (untold === 'not-reached' && !session) return notSeen(server, 'TLS was not reached');
  if (untold) return unknown(untold, 'Not every class of cipher suites could be tried.');
  if (dated.length > 0) return warn(`The server accepts ${dated.join(', ')}.`);
  const used = session ? ` A modern client gets ${session.cipher}.` : '';
  if (session && (CBC.test(session.cipher) || !FORWARD_SECRET.test(session.cipher)))
    return warn(`The server accepts no broken suite.${used}`);
  const tolerated = accepted(TOLERABLE);
  return tolerated.length > 0
    ? info(`The server accepts no broken suite, but ${tolerated.join(' and ')} for old clients.${used}`)
    : pass(`The server accepts none of the weak classes.${used}`);
}

function forwardSecrecyOutcome(server: ServerFacts): Outcome {
  const { handshakes, ciphers, dhBits } = server;
  const ways = [
    ...(handshakes['TLSv1.3'].result === 'accepted' ? ['TLS 1.3'] : []),
    ...(ciphers.ecdhe.result === 'accepted' ? ['ECDHE'] : []),
    ...(ciphers.dhe.result === 'accepted' ? [dhBits === null ? 'DHE' : `DHE of ${dhBits} bits`] : []),
  ];
  const evidence = `The server offers forward secrecy by ${ways.join(', ')}.`;
  if (dhBits !== null && dhBits < LEAST_DH_BITS) return fail(evidence);
  const untold = reasonOf(server, ways.length > 0 ? ['dhe'] : ['dhe', 'ecdhe']);
  if (untold === 'not-reached' && !server.session) return notSeen(server, 'TLS was not reached');
  if (untold) return unknown(untold, 'Not every key exchange could be tried.');
  return ways.length > 0 ? pass(evidence) : warn('The server offers no key exchange with forward secrecy.');
}

function reasonOf({ ciphers }: ServerFacts, classes: readonly CipherClass[]): UnknownReason | undefined {
  for (const name of classes) {
    const handshake = ciphers[name];
    if (handshake.result === 'unknown') return handshake.reason;
  }
  return undefined;
}
