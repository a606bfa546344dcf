import type { ListFunctionsCommandOutput } from '@aws-sdk/client-lambda';
import { pagesOf } from './pages.ts';
import { signedRequest } from './signed-request.ts';

const TRIES = 8;
const PATH = '/2015-03-31/functions/';

export type FunctionConfiguration = NonNullable<ListFunctionsCommandOutput['Functions']>[number];

/** Every function of the account in this region, with its environment, as ListFunctions pages them. */
export async function* functionConfigurations(env = process.env): AsyncGenerator<FunctionConfiguration> {
  const read = async (marker: string | undefined) => {
    const path = marker ? `${PATH}?Marker=${encodeURIComponent(marker)}` : PATH;
    const page = await signedRequest({ service: 'lambda', method: 'GET', path, tries: TRIES }, env);
    return page as ListFunctionsCommandOutput;
  };
  for await (const { Functions } of pagesOf(read)) yield* Functions ?? [];
}
