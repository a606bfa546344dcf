import * as v from 'valibot';
import type { Endpoint } from '../../credential/credential.ts';
import { endpointSchema } from '../../credential/schema.ts';
import { type ReadSecret, readAdminSecret } from './admin-secret.ts';

const naming = v.object({ endpoints: v.exactOptional(v.array(endpointSchema, 'a list of endpoints')) });

/** Where passwords may go besides the provider's own hosts, as the administrator's secret says it in `endpoints`. */
export async function adminEndpoints(read: ReadSecret, secretId: string): Promise<readonly Endpoint[]> {
  const { endpoints = [] } = await readAdminSecret(read, secretId, naming);
  return endpoints;
}
