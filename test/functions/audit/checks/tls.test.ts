import { tlsChecks } from '../../../../functions/audit/checks/tls.ts';
import type { ServerFacts } from '../../../../functions/probe/facts.ts';
import {
  at,
  denied,
  empty,
  implicitTls,
  seed,
  server,
  silent,
  withServer,
  withSession,
} from '../sound-facts.ts';
import { testChecks } from './table.ts';

const inClear = (changes: Partial<NonNullable<ServerFacts['plaintext']>>) =>
  withServer({ plaintext: { starttls: true, mechanisms: [], auth: 530, mail: 530, ...changes } });
const versions = (changes: Partial<ServerFacts['handshakes']>) =>
  withServer({ handshakes: { ...server.handshakes, ...changes } });

testChecks(tlsChecks, {
  'tls.mode': [
    ['587 with STARTTLS', {}, 'pass'],
    ['2587 with STARTTLS', at('a.example', 2587, 'starttls'), 'pass'],
    ['465 with TLS', at('a.example', 465, 'tls'), 'pass'],
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
    ['not offered', inClear({ starttls: false }), 'fail'],
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
        plaintext: { starttls: true, mechanisms: [], auth: null, mail: null },
        interrupted: { reason: 'closed', code: 'closed' },
      }),
      'closed',
    ],
    ['implicit TLS', implicitTls, 'not-applicable'],
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
    ['1.2 and 1.3', {}, 'pass'],
    ['no 1.3', withSession({ protocol: 'TLSv1.2' }), 'warn'],
    ['1.1 accepted', versions({ 'TLSv1.1': { result: 'accepted' } }), 'fail'],
    [
      '1.0 accepted, 1.1 not known',
      versions({ TLSv1: { result: 'accepted' }, 'TLSv1.1': { result: 'unknown', reason: 'timeout' } }),
      'fail',
    ],
    [
      'our own library refuses 1.0',
      versions({ TLSv1: { result: 'unknown', reason: 'local-tls-limit' } }),
      'local-tls-limit',
    ],
    ['no session', silent, 'timeout'],
    ['no STARTTLS', withServer({ session: null }), 'not-reached'],
  ],
});
