import { known } from '../../../../functions/audit/gathered.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { denied, elsewhere, empty, malformed, seed, withCredential, withPassword } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const RAW_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const GMAIL = { host: 'smtp.gmail.com', port: 465, security: 'tls' } as const;
const gmail = (password: string) => elsewhere({ endpoint: GMAIL, password: new Redacted(password) });

export const valueCases: Cases = {
  'secret.shape': [
    ['Amazon SES', {}, 'pass'],
    ['another provider', elsewhere(), 'pass'],
    ['malformed', malformed, 'fail'],
    ['a raw AWS secret key for Amazon SES', withPassword(RAW_KEY), 'fail', 'raw AWS secret access key'],
    [
      'Amazon SES by another host name',
      withCredential({
        endpoint: { ...GMAIL, host: 'smtp.example.com' },
        password: new Redacted('not-a-derived-password'),
      }),
      'fail',
      'derived Amazon SES',
    ],
    [
      'an access key id as the user name of another provider',
      elsewhere({ username: 'AKIAEXAMPLE000000001' }),
      'pass',
    ],
    [
      'a raw AWS secret key for another host',
      elsewhere({ username: 'AKIAEXAMPLE000000001', password: new Redacted(RAW_KEY) }),
      'fail',
    ],
    [
      'a raw AWS secret key at a FIPS endpoint, without a provider',
      {
        content: known({
          kind: 'credential',
          credential: {
            endpoint: { host: 'email-smtp-fips.us-east-1.amazonaws.com', port: 465, security: 'tls' },
            username: 'ada',
            password: new Redacted(RAW_KEY),
          },
        }),
      },
      'fail',
    ],
    ['a SES password of another form', withPassword('not-a-derived-password'), 'fail'],
    ['a SES user name that is no access key id', withCredential({ username: 'ada' }), 'fail'],
    ['an app password of Gmail', gmail('abcd efgh ijkl mnop'), 'pass'],
    ['an account password of Gmail', gmail('Summer2026!xyz'), 'fail'],
    ['a seed', seed, 'info'],
    ['no value yet', empty, 'not-applicable'],
    ['a secret that may not be read', denied, 'access-denied'],
  ],
  'secret.strength': [
    ['random', {}, 'pass'],
    ['random with an unlucky word in it', withPassword('test-V8kq2LxZr9Tn'), 'pass'],
    ['nothing but signs', withPassword('!§$%&/()=?{[]}\\~'), 'pass'],
    [
      'as long as a secret may be',
      withPassword(
        Array.from({ length: 60_000 }, (_, index) => ((index * 7919) % 65_521).toString(36))
          .join('')
          .slice(0, 60_000),
      ),
      'pass',
    ],
    ['hexadecimal digits', withPassword('0f3a9c71e4b8d26'), 'pass'],
    ['one letter, over and over', withPassword('aaaaaaaaaaaaaaaaaaaa'), 'fail'],
    ['a word, over and over', withPassword('Sommer24Sommer24Sommer24'), 'fail'],
    ['the alphabet', withPassword('abcdefghijklmnopqrstuvwxyz'), 'fail'],
    ['letters in pairs', withPassword('aabbccddeeffgghhii'), 'fail'],
    ['fourteen characters', withPassword('V8kq2LxZr9Tn4W'), 'fail'],
    [
      'the user name',
      withCredential({
        username: 'orders@shop.example.com',
        password: new Redacted('Orders@Shop.example.com'),
      }),
      'fail',
    ],
    [
      'the local part of the user name',
      withCredential({
        username: 'orders-of-the-shop@a.example',
        password: new Redacted('orders-of-the-shop'),
      }),
      'fail',
    ],
    ['the host name', withPassword('email-smtp.us-east-1.amazonaws.com'), 'fail'],
    ['a placeholder', withPassword('ChangeMe-ChangeMe-123'), 'fail'],
    ['another placeholder', withPassword('your-smtp-password-here'), 'fail'],
    ['a secret that may not be read', denied, 'access-denied'],
    ['a seed', seed, 'not-applicable'],
  ],
};
