import { describe, expect, it } from 'vitest';
import { Forbidden } from '../../../functions/net/network.ts';
import type { Reply, Stage } from '../../../functions/smtp/evidence.ts';
import { classifyFailure } from '../../../functions/smtp/failure.ts';

const at = (stage: Stage, lastReply: Reply | null = null) => ({ stage, lastReply });
const coded = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });
const reply = (code: number): Reply => ({ code, enhanced: null, text: 'no' });

describe('classifyFailure', () => {
  it.each([
    'CERT_HAS_EXPIRED',
    'CRL_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'HOSTNAME_MISMATCH',
  ])('takes %s for a failure of the certificate, also as nodemailer wraps it', (code) => {
    const certificate = { kind: 'certificate', code, issuerNamed: false };
    expect(classifyFailure(coded(code), at('tls'))).toEqual(certificate);
    expect(classifyFailure(coded('ESOCKET', { originalCode: code }), at('tls'))).toEqual(certificate);
  });

  it('keeps what the certificate says of its issuer', () => {
    const error = coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE', { issuerNamed: true });
    expect(classifyFailure(error, at('tls'))).toMatchObject({ issuerNamed: true });
  });

  it.each(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS_HANDSHAKE_TIMEOUT', 'EPROTO'])(
    'takes %s for a failure of TLS, at whichever stage it comes',
    (code) => {
      expect(classifyFailure(coded(code), at('tls'))).toEqual({ kind: 'tls', code });
      expect(classifyFailure(coded(code), at('greeting'))).toEqual({ kind: 'tls', code });
    },
  );

  it.each(['dns', 'connect'] as const)('takes any other code at %s for one of the network', (stage) => {
    for (const code of ['ENOTFOUND', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN'])
      expect(classifyFailure(coded(code), at(stage))).toEqual({ kind: 'network', code });
  });

  it('takes a reply for one only if it is the last that came whole', () => {
    const error = coded('EPROTOCOL', { response: '554 no' });
    expect(classifyFailure(error, at('greeting', reply(554)))).toEqual({ kind: 'reply', reply: reply(554) });
    expect(classifyFailure(error, at('greeting'))).toEqual({ kind: 'protocol' });
    const cutOff = coded('ECONNECTION', { response: '535 5.7' });
    expect(classifyFailure(cutOff, at('auth', reply(334)))).toEqual({ kind: 'closed' });
    expect(classifyFailure(coded('ECONNECTION'), at('auth', reply(334)))).toEqual({ kind: 'closed' });
  });

  it.each(['ECONNECTION', 'ECONNRESET', 'EPIPE', 'ETLS'])('takes %s on a connection for its end', (code) => {
    expect(classifyFailure(coded(code), at('ehlo'))).toEqual({ kind: 'closed' });
  });

  it.each(['ECONNRESETX', 'XECONNRESET'])('does not take %s for it', (code) => {
    expect(classifyFailure(coded(code), at('ehlo'))).toEqual({ kind: 'protocol' });
  });

  it('takes silence on a connection for a timeout, the own of nodemailer and that of TCP', () => {
    expect(classifyFailure(coded('ETIMEDOUT'), at('ehlo'))).toEqual({ kind: 'timeout' });
    expect(classifyFailure(coded('ESOCKET', { originalCode: 'ETIMEDOUT' }), at('auth'))).toEqual({
      kind: 'timeout',
    });
  });

  it.each(['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EACCES', 'EPERM'])(
    'takes %s on a connection for a failure of the network',
    (code) => {
      expect(classifyFailure(coded(code), at('ehlo'))).toEqual({ kind: 'network', code });
    },
  );

  it.each([
    ['no code', new Error('?')],
    ['a code that is none', { code: 7, originalCode: {} }],
    ['nothing', undefined],
    ['null', null],
    ['a code with more around it', coded('XEPROTO')],
    ['a network code with more before it', coded('XEPERM')],
    ['a network code with more behind it', coded('EPERMX')],
    ['a certificate code with more before it', coded('X_CERT_HAS_EXPIRED')],
    ['a TLS code with more behind it', coded('EPROTOTYPE')],
    ['a response that is no text', { response: 535 }],
  ])('takes %s for an answer that SMTP does not allow', (_what, error) => {
    expect(classifyFailure(error, at('ehlo', reply(250)))).toEqual({ kind: 'protocol' });
  });

  it('keeps why nothing was dialled', () => {
    expect(classifyFailure(new Forbidden('address'), at('dns'))).toEqual({
      kind: 'forbidden',
      code: 'address',
    });
  });
});
