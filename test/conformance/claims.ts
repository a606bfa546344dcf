/**
 * What each tool's documented answer says of a credential. One rule for all: the answer that a tool gives to a wrong
 * password is its `does not work`, wherever else it gives it; where its documentation tells a passing failure from a
 * lasting one, the passing one is no claim. Time-outs, connection errors and TLS errors are no claims.
 */
export type Claim = 'works' | 'does not work' | 'no claim';

/** https://nodemailer.com/smtp#verify: `true`, or an error; EAUTH with `permanent` unless the reply was 4yz. */
export function claimOfNodemailer(
  outcome: true | { readonly code?: string; readonly permanent?: boolean },
): Claim {
  if (outcome === true) return 'works';
  return outcome.code === 'EAUTH' && outcome.permanent !== false ? 'does not work' : 'no claim';
}

/** `man swaks`, EXIT CODES: 0 is no error, 28 "error in AUTH transaction". */
export function claimOfSwaks(exitCode: number | null): Claim {
  if (exitCode === 0) return 'works';
  return exitCode === 28 ? 'does not work' : 'no claim';
}

/** `man curl`, EXIT CODES: 0 is success, 67 "The user name, password, or similar was not accepted". */
export function claimOfCurl(exitCode: number | null): Claim {
  if (exitCode === 0) return 'works';
  return exitCode === 67 ? 'does not work' : 'no claim';
}

/**
 * https://docs.python.org/3/library/smtplib.html: no exception, or SMTPAuthenticationError ("Most probably the server
 * didn't accept the username/password combination provided") with its `smtp_code`.
 */
export function claimOfSmtplib(outcome: {
  readonly raised: string | null;
  readonly smtpCode?: number;
}): Claim {
  if (outcome.raised === null) return 'works';
  const lasting = (outcome.smtpCode ?? 0) >= 500;
  return outcome.raised === 'SMTPAuthenticationError' && lasting ? 'does not work' : 'no claim';
}
