import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../functions/net/endpoint.ts';
import type { Failure, LoginEvidence, Reply, Stage } from '../../../functions/smtp/evidence.ts';
import { referenceOf, resultOf } from '../../../functions/smtp/login-result.ts';

function evidence(
  stage: Stage,
  failure: Failure | null,
  changes: Partial<LoginEvidence> = {},
): LoginEvidence {
  return {
    endpoint: { host: 'smtp.example.com', port: 465, security: 'tls' },
    stage,
    failure,
    authSent: stage === 'auth' || stage === 'done',
    tls: null,
    offered: null,
    used: null,
    greeting: null,
    reply: failure?.kind === 'reply' ? failure.reply : null,
    timings: { dnsMs: 0, connectMs: 0, tlsMs: 0, authMs: 0, totalMs: 0 },
    stages: [],
    ...changes,
  };
}

const reply = (code: number, enhanced: string | null = null, text = ''): Reply => ({ code, enhanced, text });
const answered = (stage: Stage, ...of: Parameters<typeof reply>) =>
  resultOf(evidence(stage, { kind: 'reply', reply: reply(...of) }));

describe('resultOf', () => {
  it('says good only after a 235 to an AUTH that was sent, and only when nothing failed', () => {
    expect(resultOf(evidence('done', null, { reply: reply(235, '2.7.0') }))).toMatchObject({
      credential: 'good',
      verdict: 'valid',
      retry: { allowed: false },
    });
    const lies: readonly LoginEvidence[] = [
      evidence('done', null, { reply: reply(235), authSent: false }),
      evidence('auth', null, { reply: reply(235) }),
      evidence('done', null, { reply: reply(235, '5.7.8') }),
      evidence('done', null, { reply: reply(250) }),
      evidence('done', null, { reply: null }),
      evidence('done', { kind: 'protocol' }, { reply: reply(235) }),
      evidence('auth', { kind: 'server-unproven' }, { reply: reply(235) }),
    ];
    for (const lie of lies) expect(resultOf(lie).credential).toBe('unknown');
  });

  it('believes no failure that comes after the end of the login', () => {
    for (const kind of ['timeout', 'closed'] as const)
      expect(resultOf(evidence('done', { kind })).verdict).toBe('protocol-error');
  });

  it('says bad only after 535 and 525, of all codes there are', () => {
    for (let code = 0; code < 1000; code += 1) {
      const { credential } = answered('auth', code);
      expect(credential, String(code)).toBe(code === 535 || code === 525 ? 'bad' : 'unknown');
    }
  });

  it.each(['dns', 'connect', 'tls', 'greeting', 'ehlo', 'starttls', 'done'] as const)(
    'does not take a refusal at %s for one of the credential',
    (stage) => {
      expect(answered(stage, 535, '5.7.8').credential).toBe('unknown');
    },
  );

  it.each([
    [421, null, 'unavailable', { allowed: true, afterSeconds: 60 }],
    [421, '4.7.0', 'throttled', { allowed: true, afterSeconds: 60 }],
    [454, null, 'temporary', { allowed: true, afterSeconds: 30 }],
    [432, null, 'password-transition', { allowed: false }],
    [535, null, 'rejected', { allowed: false }],
  ] as const)('says after %i %s, %s, when to try again: %j', (code, enhanced, verdict, retry) => {
    expect(answered('auth', code, enhanced)).toMatchObject({ verdict, retry });
  });

  it.each([
    ['CERT_HAS_EXPIRED', false, 'tls-untrusted:expired'],
    ['CERT_NOT_YET_VALID', false, 'tls-untrusted:not-yet-valid'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'tls-untrusted:wrong-host'],
    ['HOSTNAME_MISMATCH', false, 'tls-untrusted:wrong-host'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'tls-untrusted:self-signed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', true, 'tls-untrusted:unknown-ca'],
    ['UNABLE_TO_GET_ISSUER_CERT', true, 'tls-untrusted:unknown-ca'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', true, 'tls-untrusted:unknown-ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true, 'tls-untrusted:incomplete-chain'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'tls-untrusted:unknown-ca'],
    ['CERT_REVOKED', false, 'tls-untrusted:revoked'],
    ['CERT_UNTRUSTED', true, 'tls-untrusted:other'],
  ])('reads the certificate failure %s (issuer named: %s) as %s', (code, issuerNamed, verdict) => {
    const result = resultOf(evidence('tls', { kind: 'certificate', code, issuerNamed }));
    expect(result).toMatchObject({ verdict, credential: 'unknown' });
  });

  it.each([
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-mode-mismatch:plain-spoken'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls-mode-mismatch:plain-spoken'],
    ['ETLSSPOKEN', 'tls-mode-mismatch:tls-expected'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls-too-old'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls-too-old'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls-client-certificate-required'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'tls-failed'],
  ])('reads the TLS failure %s as %s', (code, verdict) => {
    expect(resultOf(evidence('tls', { kind: 'tls', code }))).toMatchObject({
      verdict,
      credential: 'unknown',
    });
  });

  it.each([
    ['dns', 'ENOTFOUND', 'dns-not-found'],
    ['dns', 'ENODATA', 'dns-not-found'],
    ['dns', 'EBADNAME', 'dns-not-found'],
    ['dns', 'EAI_NONAME', 'dns-not-found'],
    ['dns', 'EAI_AGAIN', 'dns-failed'],
    ['dns', 'ESERVFAIL', 'dns-failed'],
    ['dns', 'ECONNREFUSED', 'dns-failed'],
    ['dns', 'ETIMEOUT', 'timeout:dns'],
    ['dns', 'EAI_NODATA', 'dns-not-found'],
    ['dns', 'EAI_ADDRFAMILY', 'dns-not-found'],
    ['connect', 'ENOTFOUND', 'unreachable'],
    ['connect', 'ECONNREFUSED', 'refused'],
    ['connect', 'EHOSTUNREACH', 'unreachable'],
    ['connect', 'ENETUNREACH', 'unreachable'],
    ['connect', 'ETIMEDOUT', 'timeout:connect'],
    ['auth', 'ETIMEDOUT', 'timeout:auth'],
    ['auth', 'EHOSTUNREACH', 'unreachable'],
  ] as const)('reads the network failure at %s, %s, as %s', (stage, code, verdict) => {
    expect(resultOf(evidence(stage, { kind: 'network', code }))).toMatchObject({
      verdict,
      credential: 'unknown',
    });
  });

  it.each(['dns', 'connect', 'tls', 'greeting', 'ehlo', 'starttls', 'auth'] as const)(
    'names the stage of a silence or an end of the connection: %s',
    (stage) => {
      const retry = { allowed: true, afterSeconds: 60 };
      expect(resultOf(evidence(stage, { kind: 'timeout' }))).toMatchObject({
        verdict: `timeout:${stage}`,
        retry,
      });
      expect(resultOf(evidence(stage, { kind: 'closed' }))).toMatchObject({
        verdict: `closed:${stage}`,
        retry,
      });
    },
  );

  it('takes silence for the block of AWS on port 25 only, and only while connecting', () => {
    const on = (port: number, stage: Stage, failure: Failure) =>
      resultOf(evidence(stage, failure, { endpoint: { host: 'mx', port, security: 'starttls' } })).verdict;
    expect(on(25, 'connect', { kind: 'timeout' })).toBe('egress-blocked');
    expect(on(25, 'connect', { kind: 'network', code: 'ETIMEDOUT' })).toBe('egress-blocked');
    expect(on(25, 'greeting', { kind: 'timeout' })).toBe('timeout:greeting');
    expect(on(587, 'connect', { kind: 'timeout' })).toBe('timeout:connect');
  });

  it('knows that a port for TLS from the first byte waits for it in silence', () => {
    const silent = (port: number, security: Endpoint['security'], stage: Stage = 'greeting') =>
      resultOf(evidence(stage, { kind: 'timeout' }, { endpoint: { host: 'mx', port, security } })).verdict;
    expect(silent(465, 'starttls')).toBe('tls-mode-mismatch:tls-expected');
    expect(silent(2465, 'starttls')).toBe('tls-mode-mismatch:tls-expected');
    expect(silent(465, 'tls')).toBe('timeout:greeting');
    expect(silent(587, 'starttls')).toBe('timeout:greeting');
    expect(silent(465, 'starttls', 'ehlo')).toBe('timeout:ehlo');
  });

  it.each([
    [{ kind: 'forbidden', code: 'port' }, 'port-not-allowed'],
    [{ kind: 'forbidden', code: 'address' }, 'address-not-allowed'],
    [{ kind: 'auth-not-offered' }, 'auth-not-offered'],
    [{ kind: 'no-common-mechanism' }, 'mechanism-unsupported'],
    [{ kind: 'server-unproven' }, 'server-unproven'],
    [{ kind: 'scram-iterations' }, 'scram-iterations'],
    [{ kind: 'malformed-secret' }, 'malformed-secret'],
    [{ kind: 'protocol' }, 'protocol-error'],
  ] as const)('reads %j as %s', (failure, verdict) => {
    expect(resultOf(evidence('ehlo', failure))).toMatchObject({ verdict, credential: 'unknown' });
  });
});

describe('resultOf, of a login with a token', () => {
  const refused = (used: string, status: string | undefined, ...of: Parameters<typeof reply>) =>
    resultOf(
      evidence(
        'auth',
        { kind: 'reply', reply: reply(...of), ...(status && { tokenStatus: status }) },
        { used },
      ),
    );

  it.each([
    ['invalid_token', 'token-rejected', 'bad'],
    ['insufficient_scope', 'token-rejected', 'bad'],
    ['400', 'token-rejected', 'bad'],
    ['401', 'token-rejected', 'bad'],
    ['unknown', 'token-rejected', 'bad'],
    ['5000', 'token-rejected', 'bad'],
    ['x500', 'token-rejected', 'bad'],
    ['invalid_request', 'auth-syntax', 'unknown'],
    ['500', 'temporary', 'unknown'],
    ['429', 'temporary', 'unknown'],
    ['server_error', 'temporary', 'unknown'],
    ['temporarily_unavailable', 'temporary', 'unknown'],
  ])('reads the status %s before a 535 as %s', (status, verdict, credential) => {
    for (const used of ['XOAUTH2', 'OAUTHBEARER'])
      for (const enhanced of ['5.7.8', '5.7.3'])
        expect(refused(used, status, 535, enhanced)).toMatchObject({ verdict, credential });
  });

  it('reads a 535 without a status by its code and its words', () => {
    expect(refused('XOAUTH2', undefined, 535, '5.7.8').verdict).toBe('token-rejected');
    expect(refused('XOAUTH2', undefined, 535, '5.7.3').verdict).toBe('rejected-or-disabled');
    expect(refused('XOAUTH2', '401', 535, '5.7.8', 'Too many login attempts').verdict).toBe('rate-limited');
    expect(refused('XOAUTH2', '401', 454, '4.7.0').verdict).toBe('temporary');
    expect(refused('PLAIN', undefined, 535, '5.7.8').verdict).toBe('rejected');
  });

  it('does not call a client secret bad for which the issuer has just given a token', () => {
    const fresh = (...of: Parameters<typeof reply>) =>
      resultOf(
        evidence('auth', { kind: 'reply', reply: reply(...of) }, { used: 'XOAUTH2', tokenIssued: true }),
      );
    expect(fresh(535, '5.7.8')).toMatchObject({ verdict: 'token-not-accepted', credential: 'unknown' });
    expect(fresh(454, '4.7.0').verdict).toBe('temporary');
  });
});

describe('referenceOf', () => {
  it.each([
    ['a reply', evidence('auth', { kind: 'reply', reply: reply(535, '5.7.139') }), /microsoft/],
    [
      'a reply at a stage without replies',
      evidence('tls', { kind: 'reply', reply: reply(535) }),
      /rfc5321#section-4\.2$/,
    ],
    ['a proven login', evidence('done', null, { reply: reply(235) }), /rfc4954#section-4$/],
    ['a wrong name', evidence('tls', { kind: 'certificate', code: 'HOSTNAME_MISMATCH' }), /rfc9525/],
    ['an expired certificate', evidence('tls', { kind: 'certificate', code: 'CERT_HAS_EXPIRED' }), /rfc5280/],
    ['silence', evidence('ehlo', { kind: 'timeout' }), /rfc5321#section-4\.5\.3\.2$/],
    ['a refused connection', evidence('connect', { kind: 'network', code: 'ECONNREFUSED' }), /rfc9293/],
  ] as const)('says where the rule behind %s is written', (_what, seen, url) => {
    expect(referenceOf(seen)?.url).toMatch(url);
  });

  it('names nothing for what only Keyturn decides', () => {
    expect(referenceOf(evidence('dns', { kind: 'forbidden', code: 'port' }))).toBeNull();
  });
});
