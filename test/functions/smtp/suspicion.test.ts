import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readings } from '../../../functions/smtp/echoes/decoded.ts';
import { Echoes } from '../../../functions/smtp/echoes/echoes.ts';
import { ECHO_FORMS } from '../../support/echo-forms.ts';

const HOST = 'mail.contoso.com';
const echoes = (password: string, name = 'ada@mail.example.org') =>
  new Echoes({ secrets: [password], names: [name], host: HOST });

/** What sound servers say in a whole login. */
const SOUND = [
  `${HOST} ESMTP Postfix ${HOST} PIPELINING SIZE 10240000 ETRN STARTTLS AUTH PLAIN LOGIN 8BITMIME DSN CHUNKING Authentication successful`,
  'email-smtp.amazonaws.com ESMTP SimpleEmailService-d-VF7ZQ2J1B 8BITMIME STARTTLS AUTH PLAIN LOGIN Ok Authentication Credentials Invalid',
  'Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials a640c23a62f3a - gsmtp',
  'Authentication unsuccessful, user is locked by your organization’s security defaults policy. [LO4P123CA0123.GBRP123.PROD.OUTLOOK.COM 2026-11-30T10:00:00.000Z]',
  'VXNlcm5hbWU6 UGFzc3dvcmQ6 Error: authentication failed: UGFzc3dvcmQ6',
  'Too many login attempts, please try again later',
];

describe('what a sound server says is no echo', () => {
  it.each([
    'login',
    'auth',
    'user',
    'password',
    'authentication',
    'plain',
    'please',
    'MyPassword123',
    'Authentication2026!',
    'Contoso2026!Mail',
    'Zq7wKx-93Vb.tRm2Lp!J',
    'x',
    '42',
    '😀🔑😀🔑',
  ])('of the password %j', (password) => {
    for (const words of SOUND) expect(echoes(password).areIn(words), words).toBe(false);
  });

  it.each([
    'mail',
    'apikey',
    'ada',
    'info@contoso.com',
    'postmaster@mail.contoso.com',
    'AKIAIOSFODNN7EXAMPLE',
  ])('of the user name %j', (name) => {
    for (const words of SOUND) expect(echoes('Zq7wKx-93Vb.tRm2Lp!J', name).areIn(words), words).toBe(false);
  });
});

it('is found where the password makes a usual text with the words around it', () => {
  expect(echoes('many login 99').areIn('too many login 99 is wrong')).toBe(true);
  expect(echoes('my login failed 99').areIn('no: my login failed 99')).toBe(true);
});

describe('an echo is found', () => {
  it.each(['secret', 'hunter2', 'pässwörd', 'p@ss!1', '密码安全', '!!!!????', '123456'])(
    'of the short password %j as it is, reversed, and in escapes',
    (password) => {
      const forms = ECHO_FORMS.filter(({ name }) =>
        [
          'as it is',
          'in upper case',
          'backwards',
          'percent',
          'HTML, decimal',
          'JSON escapes',
          'hex',
          'base64',
        ].includes(name),
      );
      for (const { name, of } of forms)
        expect(echoes(password).areIn(`no: ${of(password)} is wrong`), name).toBe(true);
    },
  );

  it('of any password whose halves have 6 letters and digits, in every form', { timeout: 60_000 }, () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
    const password = fc
      .tuple(
        fc.string({ minLength: 16, maxLength: 40, unit: fc.constantFrom(...letters) }),
        fc.string({ maxLength: 4, unit: fc.constantFrom(...'-_.!@#$%^&*+/=~') }),
        fc.string({ maxLength: 10, unit: fc.constantFrom(...letters) }),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(password, fc.constantFrom(...ECHO_FORMS), (secret, { name, of }) => {
        const words = `Authentication failed: ${of(secret)} is wrong`;
        expect(echoes(secret).areIn(words.replaceAll('\n', ' ')), name).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('of a password in other letters than Latin ones', () => {
    const password = fc.string({
      minLength: 8,
      maxLength: 20,
      unit: fc.constantFrom(...'äöüßéñжшщыあいう漢字'),
    });
    const forms = ECHO_FORMS.filter(({ name }) =>
      /^(as it is|percent|hex|base64|JSON escapes|HTML, decimal)$/.test(name),
    );
    fc.assert(
      fc.property(password, fc.constantFrom(...forms), (secret, { name, of }) => {
        expect(echoes(secret).areIn(`no ${of(secret)}`), name).toBe(true);
      }),
    );
  });

  it('of the user name as a whole', () => {
    for (const { name, of } of ECHO_FORMS.filter(
      (form) => !/half|words|ROT|upper case|without its/.test(form.name),
    ))
      expect(
        echoes('Zq7wKx-93Vb', 'ada.lovelace@mail.example.org').areIn(
          `no ${of('ada.lovelace@mail.example.org')}`,
        ),
        name,
      ).toBe(true);
  });

  it('in names that a certificate puts together', () => {
    const password = 'Zq7wKx-93Vb.tRm2Lp!J';
    expect(echoes(password).areInNames(['CN=Zq7w, O=Kx-93, OU=Vb.tR', 'CN=m2Lp!J'])).toBe(true);
    expect(echoes(password).areInNames([`CN=${HOST}`, "C=US, O=Let's Encrypt, CN=R10"])).toBe(false);
  });
});

describe('a text that is made to be hard', () => {
  it.each([
    ['letters', 'a'.repeat(8000)],
    [
      'base64 of base64',
      Buffer.from(Buffer.from('x'.repeat(4000)).toString('base64'))
        .toString('base64')
        .slice(0, 8000),
    ],
    ['escapes of escapes', '%25'.repeat(2600)],
    ['hex of hex', Buffer.from('ab'.repeat(2000)).toString('hex')],
    ['accents without end', `a${'\u0301\u0316'.repeat(3900)}`],
  ])('has no more readings than 1 MiB: %s', (_what, text) => {
    const found = readings(text);
    expect(found === null || found.join('').length <= 1024 * 1024).toBe(true);
  });

  it('counts as an echo when it is longer than all that a server has to say', () => {
    expect(readings('a'.repeat(8193))).toBeNull();
    expect(echoes('Zq7wKx-93Vb.tRm2Lp!J').areIn('a '.repeat(8000))).toBe(true);
  });
});
