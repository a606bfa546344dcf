/** Why the DNS did not tell. */
export type LookupFailure = 'timeout' | 'dns-failed';

/** A fact, or why it is missing. `detail` is an error's name or code, never its message: messages may carry values. */
export type Gathered<T, Reason extends string = LookupFailure> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly reason: Reason; readonly detail: string };

export function known<T>(value: T): Gathered<T, never> {
  return { known: true, value };
}

export function missing<Reason extends string>(reason: Reason, detail: string): Gathered<never, Reason> {
  return { known: false, reason, detail };
}
