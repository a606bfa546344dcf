import type { ServerFacts } from '../../../../functions/smtp/probe/facts.ts';
import { server, silent, withServer, withSession } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const ACCEPTED = { result: 'accepted' } as const;
const REFUSED = { result: 'refused' } as const;
const NOT_REACHED = { result: 'unknown', reason: 'not-reached' } as const;
const LATE = { result: 'unknown', reason: 'timeout' } as const;
const takes = (ciphers: Partial<ServerFacts['ciphers']>, changes: Partial<ServerFacts> = {}) =>
  withServer({ ciphers: { ...server.ciphers, ...ciphers }, ...changes });
const withoutTls13 = { handshakes: { ...server.handshakes, 'TLSv1.3': REFUSED } };

export const cipherCases: Cases = {
  'tls.cipher': [
    ['only AEAD suites', {}, 'pass'],
    ['no encryption', takes({ null: ACCEPTED }), 'fail'],
    ['no authentication', takes({ anonymous: ACCEPTED }), 'fail'],
    ['40 bits', takes({ export: ACCEPTED }), 'fail'],
    ['RC4', takes({ rc4: ACCEPTED }), 'fail'],
    ['DES', takes({ des: ACCEPTED }), 'fail'],
    ['RC4, and the rest unknown', takes({ rc4: ACCEPTED, des: LATE }), 'fail'],
    ['3DES', takes({ '3des': ACCEPTED }), 'warn'],
    ['SEED', takes({ 'seed-idea': ACCEPTED }), 'warn'],
    ['CBC for old clients', takes({ cbc: ACCEPTED }), 'info'],
    ['CBC for clients of today', withSession({ cipher: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384' }), 'warn'],
    [
      'RSA key exchange for clients of today',
      withSession({ cipher: 'TLS_RSA_WITH_AES_256_GCM_SHA384' }),
      'warn',
    ],
    ['not answered', takes({ rc4: LATE }), 'timeout'],
    ['no answer', silent, 'timeout'],
    ['RC4 beside 3DES', takes({ rc4: ACCEPTED, '3des': ACCEPTED }), 'fail', 'RC4, 3DES'],
    [
      'an unknown class, though TLS was spoken',
      takes({ rc4: NOT_REACHED }),
      'not-reached',
      'Not every class',
    ],
  ],
  'tls.fs': [
    ['all ways', {}, 'pass', 'TLS 1.3, ECDHE, DHE of 2048 bits'],
    ['DHE of an unknown group', withServer({ dhBits: null }), 'pass', 'ECDHE, DHE.'],
    ['TLS 1.3 alone', takes({ dhe: REFUSED, ecdhe: REFUSED }, { dhBits: null }), 'pass', 'by TLS 1.3.'],
    ['ECDHE alone', takes({ dhe: REFUSED }, { ...withoutTls13, dhBits: null }), 'pass', 'by ECDHE.'],
    ['DHE alone', takes({ ecdhe: REFUSED }, withoutTls13), 'pass', 'by DHE of 2048 bits.'],
    [
      'ECDHE not answered, and no other way',
      takes({ dhe: REFUSED, ecdhe: LATE }, { ...withoutTls13, dhBits: null }),
      'timeout',
    ],
    [
      'DHE not asked for, though TLS was spoken',
      takes({ dhe: NOT_REACHED }, { dhBits: null }),
      'not-reached',
      'Not every key exchange',
    ],
    ['a group of 1024 bits', withServer({ dhBits: 1024 }), 'fail'],
    ['none', takes({ dhe: REFUSED, ecdhe: REFUSED }, { ...withoutTls13, dhBits: null }), 'warn'],
    ['DHE not answered', takes({ dhe: LATE }, { dhBits: null }), 'timeout'],
    ['no answer', silent, 'timeout'],
  ],
  'tls.pqc': [
    ['a hybrid', {}, 'pass'],
    ['a classical group', withSession({ group: 'X25519' }), 'info'],
    ['not said', withSession({ group: null }), 'info', 'not known'],
    ['no answer', silent, 'timeout'],
  ],
};
