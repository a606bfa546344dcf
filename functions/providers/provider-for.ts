import type { IAMClient } from '@aws-sdk/client-iam';
import type { ReadAdmin } from './admin-secret.ts';
import { EntraSecrets } from './entra.ts';
import type { HttpDeps } from './http-api.ts';
import { MailgunLogins } from './mailgun.ts';
import type { RotationProvider } from './provider.ts';
import { ResendKeys } from './resend.ts';
import type { Provider } from './secret.ts';
import { SendGridKeys } from './sendgrid.ts';
import { SesKeys } from './ses-keys.ts';
import { PasswordTable, type SqlDeps } from './sql.ts';
import { Webhook, type WebhookDeps } from './webhook.ts';

/** All that any provider may touch. */
export interface ProviderDeps extends HttpDeps, SqlDeps, WebhookDeps {
  readonly iam: IAMClient;
  /** The same without tries of its own. */
  readonly mintingIam: IAMClient;
  readonly readAdmin: ReadAdmin;
}

/** The provider that a secret names. Nothing is asked yet. */
export function providerFor(provider: Provider, deps: ProviderDeps): RotationProvider {
  switch (provider.type) {
    case 'ses':
      return new SesKeys(deps.iam, provider, deps.mintingIam);
    case 'mailgun':
      return new MailgunLogins(provider, deps);
    case 'sendgrid':
      return new SendGridKeys(provider, deps);
    case 'resend':
      return new ResendKeys(provider, deps);
    case 'entra':
      return new EntraSecrets(provider, deps);
    case 'sql':
      return new PasswordTable(provider, deps);
    case 'webhook':
      return new Webhook(provider, deps);
    case 'manual':
      return { kind: 'manual' };
  }
}
