import type { IncomingMessage } from 'node:http';
import { isThrottling } from '../credential/throttling.ts';

/** The refusal of an AWS service in the SDK's shape: `name` is the service's code, such as `AccessDeniedException`. */
export class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(name: string, message: string, httpStatusCode: number) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode };
  }
}

/** Whatever was not a service's answer is the network's failure. */
export function isWorthAnotherTry(error: unknown): boolean {
  return !(error instanceof ServiceError) || error.$metadata.httpStatusCode >= 500 || isThrottling(error);
}

/** How a service that speaks the query protocol names its refusal. */
const IN_XML = /<Code>([\w.]+)<\/Code>/;

export function refusalOf({ statusCode = 0, headers }: IncomingMessage, body: string): ServiceError {
  const fields = fieldsOf(body);
  const code = String(
    fields.__type ?? headers['x-amzn-errortype'] ?? IN_XML.exec(body)?.[1] ?? 'UnknownError',
  );
  const message = String(fields.message ?? fields.Message ?? `HTTP status ${statusCode}`);
  return new ServiceError(bare(code), message, statusCode);
}

/** `com.amazonaws.dynamodb.v20120810#Code` or `Code:http://...`, as the protocol has it. */
function bare(code: string): string {
  return code.replace(/^.*#/, '').replace(/:.*$/, '');
}

/** A load balancer in between answers in HTML. */
function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
