import type { SMTPTransportOptions } from 'nodemailer/lib/smtp-transport';
import { checkServerIdentity } from '../functions/net/verified-tls.ts';
import type { Credential } from '../functions/providers/secret.ts';
import { TOKEN_METHODS } from '../functions/secrets/credential.ts';

/** nodemailer's options for a credential: TLS 1.2 or later, always, with a certificate that proves the host's name. */
export function smtpOptions(credential: Credential): SMTPTransportOptions {
  const { endpoint, username, password, authMethod, provider } = credential;
  if (provider?.type === 'entra') {
    throw new Error(
      'expected a password to log in with, got a client secret of Microsoft Entra, which buys access tokens',
    );
  }
  if (TOKEN_METHODS.some((method) => method === authMethod)) {
    throw new Error(`expected a password to log in with, got an access token (authMethod ${authMethod})`);
  }
  const { host, port, security, ca } = endpoint;
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, checkServerIdentity, ...(ca && { ca }) },
    auth: { user: username, pass: password.reveal(), ...(authMethod && { method: authMethod }) },
  };
}
