import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { setting } from '../environment.ts';
import { Network } from '../net/network.ts';
import { send } from '../net/send.ts';
import type { Provider } from '../secrets/credential.ts';
import type { SecretStore } from '../secrets/store.ts';
import { adminSecrets } from './admin-secret.ts';
import type { RotationProvider, ServedSecret } from './provider.ts';
import { providerFor } from './provider-for.ts';

/** In ms. A call that hangs must end before the lease of a rotation step does (lifecycle/lease.ts). */
const requestHandler = { connectionTimeout: 2000, requestTimeout: 8000, throwOnRequestTimeout: true };

/** Of HTTPS, PostgreSQL and MySQL, for webhooks and password tables; their addresses are guarded as mail servers' are. */
const PORTS = [443, 5432, 3306];

/** Providers as the deployed functions reach them: the role's IAM, this process's network, the admin secrets that serve the secret. */
export function deployedProviders(
  store: SecretStore,
): (provider: Provider, secret: ServedSecret) => RotationProvider {
  const deps = {
    iam: new IAMClient({ requestHandler }),
    mintingIam: new IAMClient({ requestHandler, maxAttempts: 1 }),
    fetch: send,
    sleep,
    now: Date.now,
    network: new Network({ ports: [...PORTS, ...setting('ports')], networks: setting('networks') }),
    randomBytes,
    newId: randomUUID,
  };
  return (provider, secret) => providerFor(provider, { ...deps, readAdmin: adminSecrets(store, secret) });
}
