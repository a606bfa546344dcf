import type {
  GetAccountCommandOutput,
  GetConfigurationSetCommandOutput,
  GetConfigurationSetEventDestinationsCommandOutput,
  GetDedicatedIpPoolCommandOutput,
  GetDedicatedIpsCommandOutput,
  GetEmailIdentityCommandOutput,
  ListConfigurationSetsCommandOutput,
  ListDedicatedIpPoolsCommandOutput,
} from '@aws-sdk/client-sesv2';
import { signedRequest } from './signed-request.ts';

/** Amazon SES takes one call a second of most of these. */
const TRIES = 8;
const PAGE_SIZE = 100;

/** Those that list by POST, as the SDK does it; all others read by GET. */
const ROUTES = {
  GetAccount: 'account',
  GetConfigurationSet: 'configuration-sets/{name}',
  GetConfigurationSetEventDestinations: 'configuration-sets/{name}/event-destinations',
  GetDedicatedIpPool: 'dedicated-ip-pools/{name}',
  GetDedicatedIps: 'dedicated-ips',
  GetEmailIdentity: 'identities/{name}',
  ListConfigurationSets: 'list-configuration-sets',
  ListDedicatedIpPools: 'dedicated-ip-pools',
} as const;

interface Outputs {
  readonly GetAccount: GetAccountCommandOutput;
  readonly GetConfigurationSet: GetConfigurationSetCommandOutput;
  readonly GetConfigurationSetEventDestinations: GetConfigurationSetEventDestinationsCommandOutput;
  readonly GetDedicatedIpPool: GetDedicatedIpPoolCommandOutput;
  readonly GetDedicatedIps: GetDedicatedIpsCommandOutput;
  readonly GetEmailIdentity: GetEmailIdentityCommandOutput;
  readonly ListConfigurationSets: ListConfigurationSetsCommandOutput;
  readonly ListDedicatedIpPools: ListDedicatedIpPoolsCommandOutput;
}

export interface SesV2Input {
  /** What the operation is about. */
  readonly name?: string;
  readonly NextToken?: string | undefined;
}

/** The reading calls of the Amazon SES API v2, named and typed as in the SDK, whose client alone fills half a bundle; no dates. */
export class SesV2 {
  readonly #env: NodeJS.ProcessEnv;

  constructor(env = process.env) {
    this.#env = env;
  }

  async call<K extends keyof Outputs>(
    operation: K,
    { name = '', NextToken }: SesV2Input = {},
  ): Promise<Outputs[K]> {
    const path = `/v2/email/${ROUTES[operation].replace('{name}', encodeURIComponent(name))}`;
    const service = { service: 'email', signedAs: 'ses', tries: TRIES } as const;
    const request = path.includes('/list-')
      ? { ...service, method: 'POST' as const, path, ...listing(NextToken) }
      : { ...service, method: 'GET' as const, path: path + queryOf(NextToken) };
    return (await signedRequest(request, this.#env)) as Outputs[K];
  }
}

function listing(NextToken: string | undefined) {
  const headers = { 'Content-Type': 'application/json' };
  return { headers, body: JSON.stringify({ PageSize: PAGE_SIZE, ...(NextToken && { NextToken }) }) };
}

function queryOf(token: string | undefined): string {
  return token ? `?NextToken=${encodeURIComponent(token)}` : '';
}
