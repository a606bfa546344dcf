import { setEnvironment } from '../deploy/function-environment.ts';
import { openGateway } from '../gateway/gateway.ts';
import type { Sandbox } from '../sandbox.ts';
import { Faults } from './faults.ts';

export interface FaultyFunction {
  readonly faults: Faults;
  close(): Promise<void>;
}

/** Leads every AWS call of a deployed function through `Faults`, by its endpoint address alone. */
export async function makeFaulty(
  { cloud, clients: { lambda } }: Pick<Sandbox, 'cloud' | 'clients'>,
  functionName: string,
  random: () => number,
): Promise<FaultyFunction> {
  const gateway = await openGateway();
  // Any change of its configuration ends the processes of a function; the local AWS does not wait for a call to end.
  const faults = new Faults({ random, crash: () => setEnvironment(lambda, functionName, {}) });
  gateway.serve(cloud.account.endpoint, [faults]);
  await setEnvironment(lambda, functionName, { AWS_ENDPOINT_URL: gateway.url });
  return { faults, close: () => gateway.close() };
}
