import { arnOf } from '../../../../support/aws/secrets-manager.ts';
import { type MakeSubject, NAME } from './lab.ts';
import { ModelIssuer } from './model-issuer.ts';
import { ModelLogins } from './model-logins.ts';
import { ModelManual } from './model-manual.ts';
import { ModelSes } from './model-ses.ts';

const NAMED = { limit: 100, lastUsed: false, nameLimit: 50, username: 'apikey' };
const TOKEN = { limit: 2, lastUsed: false, nameLimit: 100, username: 'orders@example.com' };

/** Every kind of provider that a plan can tell from another. */
export const SUBJECTS = {
  'issuing, reversible (Amazon SES)': (now, faults) => new ModelSes(arnOf(NAME), now, faults),
  'issuing under names (SendGrid, Resend)': (now, faults) => new ModelIssuer(NAMED, now, faults),
  'client secrets (Microsoft Entra)': (now, faults) => new ModelIssuer(TOKEN, now, faults),
  'setting, two logins': (_now, faults) => new ModelLogins(['orders-a', 'orders-b'], faults),
  'setting, one login': (_now, faults) => new ModelLogins(['orders'], faults),
  manual: () => new ModelManual(),
} satisfies Record<string, MakeSubject>;
