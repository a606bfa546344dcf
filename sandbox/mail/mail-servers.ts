import { randomBytes } from 'node:crypto';
import { sesSmtpPassword } from '../../functions/providers/ses.ts';
import { createAuthority } from '../certificates.ts';
import type { Cloud } from '../cloud.ts';
import type { IssuedKeys } from '../gateway/iam.ts';
import { openSmtpEndpoint, type SmtpEndpoint } from './smtp-endpoint.ts';

const HOST = 'localhost';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface MailServers {
  readonly host: string;
  /** PEM certificate of the authority that all certificates come from. */
  readonly ca: string;
  /** What the provider-like servers accept. */
  readonly login: Login;
  readonly ses: SmtpEndpoint;
  readonly provider: SmtpEndpoint;
  readonly expired: SmtpEndpoint;
  readonly wrongHost: SmtpEndpoint;
  readonly noStartTls: SmtpEndpoint;
  close(): Promise<void>;
}

/** A SES-like endpoint (TLS from the first byte), a provider-like one (STARTTLS), and three with a fault each. */
export async function openMailServers(
  cloud: Cloud,
  sesPropagationMs: (accessKeyId: string) => number,
): Promise<MailServers> {
  const authority = await createAuthority();
  const [good, old, foreign] = await Promise.all([
    authority.issue({ names: [HOST] }),
    authority.issue({ names: [HOST], from: -90, until: -1 }),
    authority.issue({ names: ['smtp.example.net'] }),
  ]);
  const login = { username: 'postmaster@mg.example.com', password: randomBytes(18).toString('base64') };
  const [ses, provider, expired, wrongHost, noStartTls] = await Promise.all([
    openSmtpEndpoint({
      security: 'tls',
      leaf: good,
      name: 'email-smtp.amazonaws.com',
      refusal: SES_REFUSAL,
      enhancedCodes: false,
      accepts: (username, password) =>
        sesAccepts(
          {
            keys: cloud.issuedKeys,
            region: cloud.account.region,
            propagationMs: sesPropagationMs(username),
            isActive: (userName, accessKeyId) => cloud.isActiveKey(userName, accessKeyId),
          },
          username,
          password,
        ),
    }),
    openProvider('starttls', good, login),
    openProvider('starttls', old, login),
    openProvider('starttls', foreign, login),
    openProvider('none', good, login),
  ]);
  const all = [ses, provider, expired, wrongHost, noStartTls];
  return {
    host: HOST,
    ca: authority.cert,
    login,
    ses,
    provider,
    expired,
    wrongHost,
    noStartTls,
    close: async () => {
      await Promise.all(all.map((endpoint) => endpoint.close()));
    },
  };
}

function openProvider(
  security: 'starttls' | 'none',
  leaf: Parameters<typeof openSmtpEndpoint>[0]['leaf'],
  { username, password }: Login,
): Promise<SmtpEndpoint> {
  return openSmtpEndpoint({
    security,
    leaf,
    name: 'smtp.example.com',
    refusal: 'Authentication failed',
    enhancedCodes: true,
    accepts: async (user, secret) => user === username && secret === password,
  });
}

/** What Amazon SES answers, word for word, to a login it refuses; code 535. */
const SES_REFUSAL = 'Authentication Credentials Invalid';

export interface SesLoginOptions {
  readonly keys: IssuedKeys;
  readonly region: string;
  /** A new access key is refused this long (ms), as IAM takes its time to tell every endpoint about it. */
  readonly propagationMs: number;
  /** Whether the user still has this key, and it is Active. */
  isActive(userName: string, accessKeyId: string): Promise<boolean>;
}

/**
 * The login check of Amazon SES: user name = access key id, password = derived from its secret for this region.
 * A login that succeeds is the key's last use.
 */
async function sesAccepts(
  { keys, region, propagationMs, isActive }: SesLoginOptions,
  accessKeyId: string,
  password: string,
): Promise<boolean> {
  const key = keys.find(accessKeyId);
  if (!key || Date.now() < key.issuedAt + propagationMs) return false;
  if (password !== sesSmtpPassword(key.secretAccessKey.reveal(), region)) return false;
  if (!(await isActive(key.userName, accessKeyId))) return false;
  keys.recordUse(accessKeyId, { at: Date.now(), region });
  return true;
}
