/** AWS services name it differently; 429 is HTTP's own word for it, RFC 6585 section 4. */
const NAMES = /throttl|too ?many ?requests|request ?limit ?exceeded|throughput ?exceeded|slow ?down/i;

/** Whether an AWS service refused because it was asked too often, after the SDK's own tries. */
export function isThrottling(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status = typeof metadata === 'object' && metadata !== null && Reflect.get(metadata, 'httpStatusCode');
  return NAMES.test(error.name) || status === 429;
}
