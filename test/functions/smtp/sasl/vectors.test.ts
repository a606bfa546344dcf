import { describe, expect, it } from 'vitest';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import type { Exchange, Identity } from '../../../../functions/smtp/sasl/exchange.ts';
import {
  cramMd5,
  login,
  oauthBearer,
  plain,
  scramSha256,
  xoauth2,
} from '../../../../functions/smtp/sasl/mechanisms.ts';

const identity = (username: string, secret: string): Identity => ({
  username,
  password: new Redacted(secret),
  host: 'server.example.com',
  port: 587,
});
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What the client says, the challenges being given as text; ends with what the mechanism returned, if it did. */
async function play(exchange: Exchange, ...challenges: readonly string[]) {
  const turns = [await exchange.next()];
  for (const challenge of challenges) turns.push(await exchange.next(Buffer.from(challenge)));
  return turns.map(({ value }) => value);
}

describe('PLAIN', () => {
  it('is the message of RFC 4616 section 4', async () => {
    const said = await play(plain(identity('tim', 'tanstaaftanstaaf')));
    expect(said).toEqual([{ text: '\0tim\0tanstaaftanstaaf', last: true }]);
  });

  it('carries UTF-8', async () => {
    const [said] = await play(plain(identity('jürgen', 'päßwörd')));
    expect(said).toEqual({ text: '\0jürgen\0päßwörd', last: true });
  });

  it('has no answer to a challenge', async () => {
    expect(await play(plain(identity('tim', 'pw')), 'more?')).toContain('bad-challenge');
  });
});

describe('LOGIN', () => {
  it('waits for two prompts of any wording, and is only done after the password', async () => {
    expect(await play(login(identity('tim', 'pw')), 'Username:', 'anything', 'more?')).toEqual([
      null,
      { text: 'tim', last: false },
      { text: 'pw', last: true },
      'bad-challenge',
    ]);
  });
});

describe('CRAM-MD5', () => {
  it('is the response of RFC 2195 section 2', async () => {
    const challenge = '<1896.697170952@postoffice.reston.mci.net>';
    expect(await play(cramMd5(identity('tim', 'tanstaaftanstaaf')), challenge, 'more?')).toEqual([
      null,
      { text: 'tim b913a602c7eda7a495b4e6e7334d3890', last: true },
      'bad-challenge',
    ]);
  });

  it('signs no empty challenge', async () => {
    expect(await play(cramMd5(identity('tim', 'pw')), '')).toEqual([null, 'bad-challenge']);
  });
});

describe('SCRAM-SHA-256', () => {
  const NONCE = 'rOprNGfwEbeRWgbNEkqO';
  const SERVER_NONCE = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
  const SERVER_FIRST = `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
  const SIGNATURE = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';
  const exchange = (username = 'user', password = 'pencil') =>
    scramSha256(identity(username, password), NONCE);

  it('is the exchange of RFC 7677 section 3', async () => {
    expect(await play(exchange(), SERVER_FIRST, SIGNATURE, 'more?')).toEqual([
      { text: `n,,n=user,r=${NONCE}`, last: false },
      { text: `c=biws,r=${SERVER_NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`, last: false },
      { text: '', last: true },
      'bad-challenge',
    ]);
  });

  it.each([
    ['wrong', 'v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='],
    ['short', 'v=6rri'],
    ['empty', 'v='],
    ['missing', ''],
    ['somewhere else', `x=1,${SIGNATURE}`],
  ])('does not believe a server whose signature is %s', async (_what, final) => {
    expect(await play(exchange(), SERVER_FIRST, final)).toContain('server-unproven');
  });

  it.each(['invalid-proof', 'unknown-user'])(
    'leaves the last word to the reply after e=%s',
    async (error) => {
      expect((await play(exchange(), SERVER_FIRST, `e=${error}`)).at(-1)).toEqual({ text: '', last: false });
    },
  );

  it('takes an error that is not about the user for a fault of the server', async () => {
    expect(await play(exchange(), SERVER_FIRST, 'e=extensions-not-supported')).toContain('bad-challenge');
  });

  it.each([
    ['another nonce', SERVER_FIRST.replace(NONCE, 'XOprNGfwEbeRWgbNEkqO')],
    ['our nonce only', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['no salt', `r=${SERVER_NONCE},s=,i=4096`],
    ['a salt that is no base64', `r=${SERVER_NONCE},s=W22=aJ0,i=4096`],
    ['no iterations', `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0`],
    ['a count beyond all numbers', SERVER_FIRST.replace('4096', '9'.repeat(400))],
    ['a mandatory extension', `m=ext,${SERVER_FIRST}`],
    ['another order', `s=W22ZaJ0SNY7soEsUEjb6gQ==,r=${SERVER_NONCE},i=4096`],
    ['nothing', ''],
  ])('sends no proof to a server that begins with %s', async (_what, serverFirst) => {
    expect(await play(exchange(), serverFirst)).toEqual([
      { text: `n,,n=user,r=${NONCE}`, last: false },
      'bad-challenge',
    ]);
  });

  it.each(['1', '1000', '4095', '600001', '9999999999'])(
    'sends no proof for %s iterations: RFC 7677 asks for 4,096, and more than 600,000 would burn our CPU',
    async (count) => {
      expect(await play(exchange(), SERVER_FIRST.replace('4096', count))).toEqual([
        { text: `n,,n=user,r=${NONCE}`, last: false },
        'scram-iterations',
      ]);
    },
  );

  it('takes an optional extension, and as many iterations as OWASP asks for', async () => {
    const said = await play(exchange(), `${SERVER_FIRST.replace('4096', '600000')},x=1`);
    expect(said.at(-1)).toMatchObject({ last: false });
  });

  it('escapes the two characters that would end the name (RFC 5802 section 5.1)', async () => {
    expect(await play(exchange('a=b,c'))).toEqual([{ text: `n,,n=a=3Db=2Cc,r=${NONCE}`, last: false }]);
  });

  it('prepares name and password by RFC 4013, whose examples these are', async () => {
    expect(await play(exchange('I\u00adX'))).toEqual([{ text: `n,,n=IX,r=${NONCE}`, last: false }]);
    expect(await play(exchange('\u2168'))).toEqual([{ text: `n,,n=IX,r=${NONCE}`, last: false }]);
    expect(await play(exchange('\u00aa'))).toEqual([{ text: `n,,n=a,r=${NONCE}`, last: false }]);
    const [, direct] = await play(exchange('user', 'IX'), SERVER_FIRST);
    expect((await play(exchange('user', '\u2168'), SERVER_FIRST))[1]).toEqual(direct);
  });

  it.each(['\u0627\u0031', 'a\u0007b', '\ud800'])(
    'sends nothing for a name that RFC 4013 prohibits: %j',
    async (name) => {
      expect(await play(exchange(name))).toEqual(['unsendable']);
      expect(await play(exchange('user', name))).toEqual(['unsendable']);
    },
  );

  it('takes a nonce of its own each time', async () => {
    const nonces = await Promise.all([1, 2].map(() => play(scramSha256(identity('user', 'pencil')))));
    expect(nonces[0]).not.toEqual(nonces[1]);
  });
});

describe('XOAUTH2', () => {
  const google = identity('someuser@example.com', 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg');

  it("is the message of Google's page", async () => {
    const [said] = await play(xoauth2(google));
    expect(said).toMatchObject({ last: true });
    expect(base64(typeof said === 'object' && said ? said.text : '')).toBe(
      'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
    );
  });

  it("answers the error of Google's page with an empty line, and keeps its status", async () => {
    const error = Buffer.from(
      'eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K',
      'base64',
    ).toString();
    expect((await play(xoauth2(google), error, 'more?')).slice(1)).toEqual([
      { text: '', last: false, tokenStatus: '401' },
      'bad-challenge',
    ]);
  });

  it.each([
    ['a number', '{"status":400}', '400'],
    ['no JSON', 'nonsense', 'unknown'],
    ['null', 'null', 'unknown'],
    ['no status', '{}', 'unknown'],
    ['a status that could be anything', '{"status":"token abc was wrong"}', 'unknown'],
    ['a word that nobody has registered', '{"status":"vF9dft4qmTc2Nvb3Rlck"}', 'unknown'],
    ['a word of RFC 6750', '{"status":"insufficient_scope"}', 'insufficient_scope'],
    ['an endless status', `{"status":"${'4'.repeat(41)}"}`, 'unknown'],
  ])('reads a status from %s', async (_what, error, tokenStatus) => {
    expect((await play(xoauth2(google), error)).at(-1)).toEqual({ text: '', last: false, tokenStatus });
  });
});

describe('OAUTHBEARER', () => {
  const bearer = identity('user@example.com', 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==');

  it('is the message of RFC 7628 section 4.1, for port 587', async () => {
    const [said] = await play(oauthBearer(bearer));
    expect(said).toMatchObject({ last: true });
    expect(base64(typeof said === 'object' && said ? said.text : '')).toBe(
      'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
    );
  });

  it('answers the error of RFC 7628 section 4.2 with AQ==, and keeps its status', async () => {
    const error = Buffer.from(
      'eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=',
      'base64',
    ).toString();
    const [, said, after] = await play(oauthBearer(bearer), error, 'more?');
    expect(said).toEqual({ text: '\x01', last: false, tokenStatus: 'invalid_token' });
    expect(base64('\x01')).toBe('AQ==');
    expect(after).toBe('bad-challenge');
  });

  it('escapes the name', async () => {
    const [said] = await play(oauthBearer({ ...bearer, username: 'a=b,c' }));
    expect(said).toMatchObject({ text: expect.stringContaining('n,a=a=3Db=2Cc,\x01host=') });
  });
});
