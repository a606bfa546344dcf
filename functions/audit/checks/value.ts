import { SES_HOST } from '../../mail-domain/mail-providers.ts';
import type { Credential } from '../../providers/secret.ts';
import type { Redacted } from '../../secrets/redacted.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import { decide } from '../gathered.ts';
import { fail, info, notApplicable, type Outcome, pass } from '../outcome.ts';
import { onCredential } from '../subjects/credential.ts';

/** NIST SP 800-63B-4: a password that is the only factor. */
const MIN_LENGTH = 15;
/** A random password of the least length has twice as many, and as few as this hardly ever. */
const MIN_DIFFERENT = 6;
/** A secret may hold 64 KiB, and the search for repetitions takes the square of the length. */
const LOOKED_AT = 256;
/** A word that is written again and again. */
const REPEATED = /(.{3,}?)\1+/gs;
/** Less than this left after the words below are taken out is no password but a phrase from a manual. */
const MIN_REST = 8;
const PLACEHOLDER =
  /change|passw[o0]rd|secret|example|placeholder|default|sample|welcome|letmein|qwerty|admin|your|smtp|mail|test|todo|x{3,}|0?123456789?0?|12345/gi;
const ACCESS_KEY_ID = /^AKIA[A-Z0-9]{12,124}$/;
/** 33 octets in base64: the version and a SHA-256 HMAC. */
const SES_PASSWORD = /^[A-Za-z0-9+/]{44}$/;
const SECRET_ACCESS_KEY = /^[A-Za-z0-9+/]{40}$/;
const GMAIL_HOST = /^smtp\.g(oogle)?mail\.com$/i;
/** Google shows its app passwords in four groups of four letters. */
const GMAIL_APP_PASSWORD = /^[a-z]{4}( ?[a-z]{4}){3}$/;

/** Rules on the value of the secret. Their evidence never tells the value, its length or a hash of it. */
export const valueChecks: readonly Check[] = [
  {
    id: 'secret.shape',
    practices: [2, 4],
    title: 'Format of the secret',
    severity: 'critical',
    needs: ['value'],
    why: 'A secret that cannot be parsed fails at the worst time, and a raw AWS secret access key stored as the password can do far more than send mail.',
    remediation:
      'Store host, port, username and password as described in the README. For Amazon SES store the derived SMTP password, never the secret access key itself; replace a key that was stored that way.',
    reference: awsPage('Obtaining Amazon SES SMTP credentials', 'ses/latest/dg/smtp-credentials.html'),
    rule: ({ content }) =>
      decide(content, (secret) => {
        if (secret.kind === 'malformed') return fail(`Expected ${secret.expected} at ${secret.path}.`);
        if (secret.kind === 'empty') return notApplicable('The secret has no value yet.');
        if (secret.kind === 'seed') return info('The secret is waiting for its first rotation.');
        return shapeOutcome(secret.credential);
      }),
  },
  {
    id: 'secret.strength',
    practices: [1],
    title: 'Password strength',
    severity: 'high',
    needs: ['value'],
    why: 'The password is the only factor of an SMTP login, and anybody on the internet may guess.',
    remediation:
      'Have the provider or GetRandomPassword generate a new one of at least 15 characters, and rotate.',
    reference: awsPage('GetRandomPassword', 'secretsmanager/latest/apireference/API_GetRandomPassword.html'),
    rule: onCredential(({ username, password, endpoint }) =>
      isStrong(password, [username, endpoint.host])
        ? pass('It meets the policy for a password that is the only factor.')
        : fail(
            'It does not meet the policy: at least 15 characters, no user name, no host name, no placeholder, nothing that repeats itself.',
          ),
    ),
  },
];

function shapeOutcome({ endpoint, username, password, provider }: Credential): Outcome {
  if (provider?.type === 'ses' || SES_HOST.test(endpoint.host)) return sesShape(username, password);
  if (ACCESS_KEY_ID.test(username) && SECRET_ACCESS_KEY.test(password.reveal())) return rawKey();
  if (GMAIL_HOST.test(endpoint.host) && !GMAIL_APP_PASSWORD.test(password.reveal()))
    return fail('Gmail accepts only app passwords of sixteen letters here, and this is not one.');
  return pass('All fields are present and well-formed.');
}

function sesShape(username: string, password: Redacted): Outcome {
  if (SECRET_ACCESS_KEY.test(password.reveal())) return rawKey();
  if (!ACCESS_KEY_ID.test(username)) return fail('The user name is not an access key id of an IAM user.');
  return SES_PASSWORD.test(password.reveal())
    ? pass('User name and password have the format of Amazon SES.')
    : fail('The password does not have the format of a derived Amazon SES SMTP password.');
}

function rawKey(): Outcome {
  return fail('The password has the format of a raw AWS secret access key.');
}

function isStrong(password: Redacted, names: readonly string[]): boolean {
  const value = password.reveal().toLowerCase();
  const known = names.flatMap((name) => [name, name.split('@')[0] ?? name]).map((name) => name.toLowerCase());
  if (value.length < MIN_LENGTH || known.includes(value)) return false;
  if (isPredictable(value.slice(0, LOOKED_AT))) return false;
  const rest = value.replace(PLACEHOLDER, '');
  return rest.length === value.length || rest.replace(/[^a-z0-9]/g, '').length >= MIN_REST;
}

/** Few characters, the same ones over and over, or mostly neighbours as in `abcdef` and `7777`. */
function isPredictable(value: string): boolean {
  if (new Set(value).size < MIN_DIFFERENT) return true;
  if (value.replace(REPEATED, '$1').length < MIN_LENGTH) return true;
  const steps = Array.from(value, (_, index) => value.charCodeAt(index + 1) - value.charCodeAt(index));
  return steps.filter((step) => Math.abs(step) <= 1).length > value.length / 2;
}
