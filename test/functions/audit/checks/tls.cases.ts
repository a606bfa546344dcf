import type { Handshake, ServerFacts } from '../../../../functions/smtp/probe/facts.ts';
import {
  at,
  denied,
  empty,
  implicitTls,
  seed,
  server,
  silent,
  withMemory,
  withServer,
} from '../sound-facts.ts';
import type { Cases } from './case.ts';

const inClear = (changes: Partial<NonNullable<ServerFacts['plaintext']>>) =>
  withServer({
    plaintext: { starttls: true, mechanisms: [], overwritten: false, auth: 530, mail: 530, ...changes },
  });
const versions = (changes: Partial<ServerFacts['handshakes']>) =>
  withServer({ handshakes: { ...server.handshakes, ...changes } });
const everyVersion = (handshake: Handshake): ServerFacts['handshakes'] => ({
  SSLv3: handshake,
  TLSv1: handshake,
  'TLSv1.1': handshake,
  'TLSv1.2': handshake,
  'TLSv1.3': handshake,
});

export const tlsCases: Cases = {
  'tls.mode': [
    ['587 with STARTTLS', {}, 'pass', 'Port 587 with STARTTLS, required.'],
    ['2587 with STARTTLS', at('a.example', 2587, 'starttls'), 'pass'],
    ['465 with TLS', at('a.example', 465, 'tls'), 'pass', 'Port 465 with implicit TLS.'],
    ['2465 with TLS', at('a.example', 2465, 'tls'), 'pass'],
    ['465 with STARTTLS', at('a.example', 465, 'starttls'), 'fail'],
    ['587 with TLS', at('a.example', 587, 'tls'), 'fail'],
    ['25', at('a.example', 25, 'starttls'), 'fail'],
    ['any other port', at('a.example', 10025, 'tls'), 'info'],
    ['a seed', seed, 'pass'],
    ['a secret that may not be read', denied, 'access-denied'],
    ['no value yet', empty, 'not-applicable'],
  ],
  'tls.starttls-offered': [
    ['offered', {}, 'pass'],
    ['not offered', inClear({ starttls: false }), 'fail', 'EHLO does not list STARTTLS.'],
    ['written over on the path', inClear({ starttls: false, overwritten: true }), 'fail', 'overwritten'],
    ['gone since the last audit', { ...withMemory(), ...inClear({ starttls: false }) }, 'fail'],
    ['no answer', silent, 'timeout'],
    ['implicit TLS', implicitTls, 'not-applicable'],
  ],
  'tls.enforced': [
    ['AUTH and MAIL are refused', {}, 'pass'],
    ['AUTH goes on', inClear({ auth: 334 }), 'fail'],
    ['AUTH succeeds at once', inClear({ auth: 235 }), 'fail'],
    ['MAIL is accepted', inClear({ auth: 503, mail: 250 }), 'fail'],
    ['a temporary answer', inClear({ auth: 454 }), 'temporary'],
    ['no answer', silent, 'timeout'],
    [
      'the server hangs up on the question',
      withServer({
        plaintext: { starttls: true, mechanisms: [], overwritten: false, auth: null, mail: null },
        interrupted: { reason: 'closed', code: 'closed' },
      }),
      'closed',
    ],
    ['implicit TLS', implicitTls, 'not-applicable'],
    ['AUTH not answered', inClear({ auth: null }), 'not-reached'],
    ['MAIL not answered', inClear({ mail: null }), 'not-reached'],
    ['the least of acceptances', inClear({ mail: 200 }), 'fail'],
    ['an answer before the answer', inClear({ mail: 150 }), 'temporary'],
    ['a redirection', inClear({ mail: 300 }), 'temporary'],
    ['the least of refusals', inClear({ auth: 500, mail: 500 }), 'pass'],
  ],
  'auth.cleartext': [
    ['nothing listed', {}, 'pass'],
    ['only a challenge listed', inClear({ mechanisms: ['CRAM-MD5'] }), 'pass'],
    ['PLAIN listed, but refused', inClear({ mechanisms: ['PLAIN'] }), 'warn'],
    ['PLAIN listed and taken', inClear({ mechanisms: ['PLAIN'], auth: 334 }), 'fail'],
    ['a bearer token asked for', inClear({ mechanisms: ['XOAUTH2'], auth: 334 }), 'fail'],
    ['no answer', silent, 'timeout'],
    ['implicit TLS', implicitTls, 'not-applicable'],
  ],
  'tls.protocol.min': [
    ['1.2 and 1.3', {}, 'pass', 'accepts TLS 1.2, TLS 1.3.'],
    ['no 1.3', versions({ 'TLSv1.3': { result: 'refused' } }), 'warn'],
    ['SSL 3.0 accepted', versions({ SSLv3: { result: 'accepted' } }), 'fail'],
    ['1.1 accepted', versions({ 'TLSv1.1': { result: 'accepted' } }), 'fail'],
    [
      '1.0 accepted, 1.1 not known',
      versions({ TLSv1: { result: 'accepted' }, 'TLSv1.1': { result: 'unknown', reason: 'timeout' } }),
      'fail',
    ],
    ['1.0 not answered', versions({ TLSv1: { result: 'unknown', reason: 'timeout' } }), 'timeout'],
    [
      'every version refused',
      versions(everyVersion({ result: 'refused' })),
      'fail',
      'none of the tried versions',
    ],
    [
      'one version that it did not come to',
      versions({ SSLv3: { result: 'unknown', reason: 'not-reached' } }),
      'not-reached',
      'Not every version',
    ],
    [
      'no version answered',
      versions(everyVersion({ result: 'unknown', reason: 'timeout' })),
      'timeout',
      'Not every version',
    ],
    ['no answer', silent, 'timeout'],
    [
      'no STARTTLS',
      withServer({ session: null, handshakes: everyVersion({ result: 'unknown', reason: 'not-reached' }) }),
      'not-reached',
    ],
  ],
};
