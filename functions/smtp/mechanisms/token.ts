import { type Exchange, type Identity, type Say, sayLast } from './exchange.ts';
import { saslName } from './sasl-name.ts';

const SEPARATOR = '\x01';
/** An HTTP code or a word of RFC 6749 section 4.1.2.1 and RFC 6750 section 3.1; anything else may be the token itself. */
const STATUS =
  /^(?:[1-5]\d\d|invalid_(?:request|token|grant|client|scope)|insufficient_scope|unauthorized_client|access_denied|unsupported_(?:response|grant)_type|server_error|temporarily_unavailable)$/;

/** Google's XOAUTH2: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol; an error is answered by an empty line. */
export async function* xoauth2({ username, password }: Identity): Exchange {
  const error = yield sayLast(
    `user=${username}${SEPARATOR}auth=Bearer ${password.reveal()}${SEPARATOR}${SEPARATOR}`,
  );
  yield refused(error, '');
  return 'bad-challenge';
}

/** RFC 7628 section 3; an error is answered by a single %x01. */
export async function* oauthBearer({ username, password, host, port }: Identity): Exchange {
  const fields = [
    `n,a=${saslName(username)},`,
    `host=${host}`,
    `port=${port}`,
    `auth=Bearer ${password.reveal()}`,
  ];
  const error = yield sayLast(`${fields.join(SEPARATOR)}${SEPARATOR}${SEPARATOR}`);
  yield refused(error, SEPARATOR);
  return 'bad-challenge';
}

function refused(error: Buffer, text: string): Say {
  return { text, last: false, tokenStatus: statusOf(error.toString()) };
}

function statusOf(json: string): string {
  try {
    const { status }: { status?: unknown } = JSON.parse(json) ?? {};
    const word = String(status ?? '');
    return STATUS.test(word) ? word : 'unknown';
  } catch {
    return 'unknown';
  }
}
