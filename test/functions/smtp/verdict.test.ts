import { describe, expect, it } from 'vitest';
import type { Failure, LoginEvidence, Reply, Stage } from '../../../functions/smtp/evidence.ts';
import { judge } from '../../../functions/smtp/verdict.ts';

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
    ...changes,
  };
}

const reply = (code: number, enhanced: string | null = null, text = ''): Reply => ({ code, enhanced, text });
const answered = (stage: Stage, ...of: Parameters<typeof reply>) =>
  judge(evidence(stage, { kind: 'reply', reply: reply(...of) }));

describe('judge', () => {
  it.each([
    [421, null, '', 'throttled'],
    [432, '4.7.12', '', 'password-transition'],
    [450, '4.7.1', '', 'temporary'],
    [451, null, 'Temporary service failure', 'temporary'],
    [454, '4.7.0', 'Temporary authentication failure', 'temporary'],
    [454, '4.7.0', 'Too many login attempts, please try again later.', 'rate-limited'],
    [454, null, 'Throttling failure: Maximum sending rate exceeded.', 'throttled'],
    [500, '5.5.6', 'Authentication exchange line is too long', 'auth-line-too-long'],
    [502, null, 'Command not implemented', 'not-supported'],
    [501, '5.5.2', 'Cannot decode', 'auth-syntax'],
    [503, '5.5.1', 'AUTH not available', 'bad-sequence'],
    [504, '5.5.4', 'Unrecognized authentication type', 'mechanism-unsupported'],
    [538, '5.7.11', 'Encryption required', 'tls-required'],
    [523, '5.7.10', 'Encryption needed', 'tls-required'],
    [525, '5.7.13', 'User account disabled', 'account-disabled'],
    [530, '5.7.0', 'Must issue a STARTTLS command first', 'tls-required'],
    [530, '5.7.0', 'Authentication required', 'auth-required'],
    [534, '5.7.9', 'Application-specific password required.', 'app-password-required'],
    [534, '5.7.14', 'Please log in via your web browser', 'interactive-challenge'],
    [534, '5.7.9', 'Authentication mechanism is too weak', 'mechanism-too-weak'],
    [535, '5.7.8', 'Authentication credentials invalid', 'rejected'],
    [535, null, 'Authentication Credentials Invalid', 'rejected'],
    [535, '5.7.3', 'Authentication unsuccessful', 'rejected'],
    [
      535,
      '5.7.139',
      'Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
      'auth-disabled-by-policy',
    ],
    [
      535,
      '5.7.139',
      'Authentication unsuccessful, user is locked by your organization security defaults policy',
      'blocked-by-conditional-access',
    ],
    [535, '5.7.8', 'Error: too many failed logins', 'rate-limited'],
    [535, null, 'Account not subscribed to SES', 'account-not-enabled'],
    [550, '5.7.30', 'Basic authentication is not supported for Client Submission', 'basic-auth-retired'],
    [550, '5.1.1', 'No such user', 'protocol-error'],
    [250, null, 'OK', 'protocol-error'],
  ] as const)('reads %i %s %s in reply to AUTH  as %s', (code, enhanced, text, verdict) => {
    expect(answered('auth', code, enhanced, text).verdict).toBe(verdict);
  });

  it('says bad only after a definite refusal, and good only after a 235 to an AUTH that was sent', () => {
    for (let code = 200; code < 600; code += 1) {
      const { credential } = answered('auth', code);
      expect(credential, String(code)).toBe(code === 535 || code === 525 ? 'bad' : 'unknown');
    }
    expect(judge(evidence('done', null, { reply: reply(235) }))).toMatchObject({
      credential: 'good',
      verdict: 'valid',
    });
    expect(judge(evidence('done', null, { reply: reply(235), authSent: false })).credential).toBe('unknown');
  });

  it.each(['greeting', 'ehlo'] as const)(
    'does not take a refusal at the %s for one of the credential',
    (stage) => {
      expect(answered(stage, 535, '5.7.8')).toMatchObject({
        verdict: 'server-refused',
        credential: 'unknown',
      });
      expect(answered(stage, 421)).toMatchObject({
        verdict: 'throttled',
        retry: { allowed: true, afterSeconds: 60 },
      });
      expect(answered(stage, 554, '5.7.1').verdict).toBe('server-refused');
      expect(answered(stage, 450).verdict).toBe('temporary');
    },
  );

  it('tells a missing STARTTLS from one that is not available now', () => {
    expect(answered('starttls', 502).verdict).toBe('starttls-missing');
    expect(answered('starttls', 454)).toMatchObject({ verdict: 'tls-unavailable', retry: { allowed: true } });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'tls-untrusted:expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-untrusted:wrong-host'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-untrusted:self-signed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-untrusted:incomplete-chain'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-untrusted:unknown-ca'],
    ['CERT_UNTRUSTED', 'tls-untrusted:other'],
  ])('reads the certificate failure %s as %s', (code, verdict) => {
    expect(judge(evidence('tls', { kind: 'certificate', code }))).toMatchObject({
      verdict,
      credential: 'unknown',
    });
  });

  it.each([
    [{ kind: 'tls', code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'tls-mode-mismatch'],
    [{ kind: 'tls', code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }, 'tls-too-old'],
    [{ kind: 'network', code: 'ECONNREFUSED' }, 'unreachable'],
    [{ kind: 'network', code: 'ETIMEDOUT' }, 'timeout'],
    [{ kind: 'timeout' }, 'timeout'],
    [{ kind: 'closed' }, 'closed'],
    [{ kind: 'auth-not-offered' }, 'auth-not-offered'],
  ] as const)('reads %j as %s', (failure, verdict) => {
    expect(judge(evidence('connect', failure))).toMatchObject({ verdict, credential: 'unknown' });
  });
});
