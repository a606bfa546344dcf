import { answering, overImplicitTls, overStartTls, REFUSED, reply } from '../../support/dialogue-parts.ts';
import type { Act, Script } from '../../support/scripted-dialogue.ts';
import type { Behaviour } from '../behaviour.ts';

const refused = (
  name: string,
  auth: string | Act,
  { mechanisms, ...changes }: Partial<Behaviour> & { readonly mechanisms?: string } = {},
): Behaviour => ({
  name,
  security: 'tls',
  script: overImplicitTls(answering(auth, mechanisms)),
  truth: 'does not work',
  verdict: 'rejected',
  reference: 'RFC 4954, section 6',
  ...changes,
});

const overTls: Script = overStartTls(answering(REFUSED));

/** The server refused the credential itself, and said nothing that takes it back. */
export const REFUSED_LOGINS: readonly Behaviour[] = [
  refused('535 5.7.8 over implicit TLS', REFUSED),
  refused('535 5.7.8 over STARTTLS', REFUSED, { security: 'starttls', script: overTls }),
  refused('535 without an enhanced code, as Amazon SES', '535 Authentication Credentials Invalid\r\n'),
  refused(
    '535-5.7.8 in two lines, as Gmail',
    reply(
      535,
      '5.7.8 Username and Password not accepted. For more information, go to',
      '5.7.8  https://support.google.com/mail/?p=BadCredentials a640c23a62f3a-gsmtp',
    ),
  ),
  refused('535 to LOGIN', REFUSED, { mechanisms: 'LOGIN' }),
  refused('535 to CRAM-MD5', REFUSED, { mechanisms: 'CRAM-MD5' }),
  refused('535, octet by octet', { send: REFUSED, pace: { bytes: 1, everyMs: 0 } }),
  refused('535 with a text in UTF-8', '535 5.7.8 Mot de passe refusé\r\n'),
  refused('525 5.7.13 account disabled', '525 5.7.13 User account disabled\r\n', {
    verdict: 'account-disabled',
    reference: 'RFC 5248, section 2.4',
  }),
];
