import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../cli/target.ts';

const PASSWORD = 'canary-pa55word';

describe('a URL', () => {
  it.each([
    ['smtps://u@mail.example.com', { host: 'mail.example.com', port: 465, security: 'tls', username: 'u' }],
    [
      'smtp://u@mail.example.com',
      { host: 'mail.example.com', port: 587, security: 'starttls', username: 'u' },
    ],
    ['smtp://u@localhost:465', { host: 'localhost', port: 465, security: 'starttls', username: 'u' }],
    ['SMTPS://u@localhost:2525/', { host: 'localhost', port: 2525, security: 'tls', username: 'u' }],
    [
      'smtps://a%40b.example@h.example',
      { host: 'h.example', port: 465, security: 'tls', username: 'a@b.example' },
    ],
    [
      'smtps://a@b.example@h.example',
      { host: 'h.example', port: 465, security: 'tls', username: 'a@b.example' },
    ],
    ['smtp://AB%2Fc%3Fd%23e%3Af@h', { host: 'h', port: 587, security: 'starttls', username: 'AB/c?d#e:f' }],
    [
      'smtp://u@m%C3%BCnchen.example',
      { host: 'xn--mnchen-3ya.example', port: 587, security: 'starttls', username: 'u' },
    ],
    [
      'smtp://u@münchen.example',
      { host: 'xn--mnchen-3ya.example', port: 587, security: 'starttls', username: 'u' },
    ],
    ['smtp://u@127.0.0.1:25', { host: '127.0.0.1', port: 25, security: 'starttls', username: 'u' }],
    ['smtps://u@[2001:db8::1]:2465', { host: '2001:db8::1', port: 2465, security: 'tls', username: 'u' }],
  ])('%s names a login, and its scheme alone says how TLS begins', (text, login) => {
    expect(parseTarget(text)).toEqual({ kind: 'login', ...login });
  });

  it.each([
    `smtp://user:${PASSWORD}@host`,
    `smtps://user:${PASSWORD}@host:465`,
    `smtp://:${PASSWORD}@host`,
    'smtp://user:@host',
    `smtp://user@example.com:${PASSWORD}@host`,
    `smtp://user:${PASSWORD}/x@host`,
    `smtp://user:${PASSWORD}?x@host`,
    `smtp://user:1${PASSWORD}#@host`,
    `smtp://user:12/${PASSWORD}@host`,
    `smtp://user%zz:${PASSWORD}@host`,
  ])('%s is refused, and the password is not repeated', (text) => {
    const target = parseTarget(text);
    expect(target).toMatchObject({ kind: 'refused', message: expect.stringContaining('standard input') });
    expect(JSON.stringify(target)).not.toContain(PASSWORD);
  });

  it.each([
    'smtp://host',
    'smtp://@host',
    'smtp://u@',
    'smtp://u@host:99999',
    'smtp://u@host/path',
    'smtp://u@host?query',
    'smtp://u@host#fragment',
    'smtp://%zz@host',
    'smtp://u@ho%zzst',
    'https://u@host',
    'imaps://u@host',
  ])('%s is refused', (text) => {
    expect(parseTarget(text)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('smtp[s]://'),
    });
  });
});

describe('a secret id', () => {
  it.each([
    'keyturn/orders',
    'mail_1.prod+eu=x@y-z',
    'arn:aws:secretsmanager:eu-central-1:123456789012:secret:keyturn/orders-AbCdEf',
    'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:x-AbCdEf',
  ])('%s is one', (secretId) => {
    expect(parseTarget(secretId)).toEqual({ kind: 'secret', secretId });
  });

  it.each([
    '',
    'a b',
    `user:${PASSWORD}@host`,
    `smtp:user:${PASSWORD}@host`,
    'x'.repeat(520),
    'a\nb',
    'arn:aws:s3:::b',
  ])('%j is none: it is refused rather than sent to AWS', (text) => {
    const target = parseTarget(text);
    expect(target).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify(target)).not.toContain(PASSWORD);
  });
});
