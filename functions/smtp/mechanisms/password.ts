import { createHmac } from 'node:crypto';
import { type Exchange, type Identity, say, sayLast } from './exchange.ts';

/** RFC 4616. */
export async function* plain({ username, password }: Identity): Exchange {
  yield sayLast(`\0${username}\0${password.reveal()}`);
  return 'bad-challenge';
}

/** draft-murchison-sasl-login-00: the prompts are free text, so they are not looked at. */
export async function* login({ username, password }: Identity): Exchange {
  yield null;
  yield say(username);
  yield sayLast(password.reveal());
  return 'bad-challenge';
}

/** RFC 2195. */
export async function* cramMd5({ username, password }: Identity): Exchange {
  const challenge = yield null;
  if (challenge.length === 0) return 'bad-challenge';
  const digest = createHmac('md5', password.reveal()).update(challenge).digest('hex');
  yield sayLast(`${username} ${digest}`);
  return 'bad-challenge';
}
