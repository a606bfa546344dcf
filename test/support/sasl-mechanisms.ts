import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { SaslServer } from './sasl-server.ts';

const ACCEPTED = '235 2.7.0 Authentication successful';
const REFUSED = '535 5.7.8 Authentication credentials invalid';

type Users = Readonly<Record<string, string>>;

const verdict = (right: boolean) => (right ? ACCEPTED : REFUSED);

/** RFC 4616. */
export const plainServer =
  (users: Users): SaslServer =>
  async (initial, ask) => {
    const [, username = '', password] = (initial ?? (await ask('')) ?? '').split('\0');
    return verdict(users[username] === password);
  };

export const loginServer =
  (users: Users): SaslServer =>
  async (initial, ask) => {
    const username = initial ?? (await ask('Username:')) ?? '';
    return verdict(users[username] === (await ask('Password:')));
  };

/** RFC 2195. */
export const cramMd5Server =
  (users: Users): SaslServer =>
  async (_initial, ask) => {
    const challenge = `<${randomBytes(6).toString('hex')}@localhost>`;
    const [username = '', digest] = ((await ask(challenge)) ?? '').split(' ');
    return verdict(
      createHmac('md5', users[username] ?? '')
        .update(challenge)
        .digest('hex') === digest,
    );
  };

/** RFC 5802 and RFC 7677; `signature` forges the server's own proof, `iterations` is what it announces. */
export const scramServer =
  (users: Users, signature: (right: string) => string = (right) => right, iterations = 4096): SaslServer =>
  async (initial, ask) => {
    const bare = (initial ?? (await ask('')) ?? '').replace(/^n,,/, '');
    const [, name = '', clientNonce = ''] = /^n=([^,]*),r=(.+)$/.exec(bare) ?? [];
    const password = users[name.replaceAll('=2C', ',').replaceAll('=3D', '=')] ?? '';
    const salt = randomBytes(16);
    const first = `r=${clientNonce}${randomBytes(9).toString('base64')},s=${salt.toString('base64')},i=${iterations}`;
    const [withoutProof = '', proof = ''] = ((await ask(first)) ?? '').split(',p=');
    const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
    const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const spoken = `${bare},${first},${withoutProof}`;
    const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
    const given = Buffer.from(proof, 'base64');
    const clientKey = hmac(storedKey, spoken).map((byte, index) => byte ^ (given[index] ?? 0));
    if (!createHash('sha256').update(clientKey).digest().equals(storedKey)) return REFUSED;
    const right = hmac(hmac(salted, 'Server Key'), spoken).toString('base64');
    await ask(signature(`v=${right}`));
    return ACCEPTED;
  };

/** Google's XOAUTH2 and RFC 7628: `tokens` is user to token, `error` the JSON for a wrong one. */
export const tokenServer =
  (tokens: Users, error: string): SaslServer =>
  async (initial, ask) => {
    const message = initial ?? (await ask('')) ?? '';
    const [name = '', ...fields] = message.split('\x01');
    const user = name.replace(/^user=|^n,a=|,$/g, '');
    const token = fields.find((field) => field.startsWith('auth=Bearer '))?.slice('auth=Bearer '.length);
    if (token !== undefined && tokens[user] === token) return ACCEPTED;
    const response = await ask(error);
    return response === '' || response === '\x01' ? REFUSED : '501 5.5.2 Malformed response';
  };
