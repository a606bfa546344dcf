import type { SesV2 } from '../../aws/sesv2.ts';

/** One AWS service, by whichever protocol. */
interface Api {
  call(operation: string, input: object): Promise<unknown>;
}

/** The same API until `late` aborts; from then on it refuses every call, so that no list keeps a run waiting. */
export function timely(api: Api, late: AbortSignal): Api {
  return {
    call: async (operation, input) => {
      late.throwIfAborted();
      return api.call(operation, input);
    },
  };
}

/** As `timely`; its operations are typed one by one. */
export function timelySesV2(sesv2: Pick<SesV2, 'call'>, late: AbortSignal): Pick<SesV2, 'call'> {
  return {
    call: async (operation, input) => {
      late.throwIfAborted();
      return sesv2.call(operation, input);
    },
  };
}
