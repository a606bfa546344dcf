import { type Answer, jsonOf } from '../net/http.ts';
import { isThrottling } from '../observe/throttling.ts';

interface Metadata {
  readonly httpStatusCode: number;
  readonly requestId?: string;
}

/**
 * The refusal of an AWS service in the SDK's shape: `name` is the service's code, such as `AccessDeniedException`. Its
 * message is the service's and may name whom and what the request was about: see observe/shown.ts.
 */
export class ServiceError extends Error {
  readonly $metadata: Metadata;

  constructor(name: string, message: string, metadata: Metadata) {
    super(message);
    this.name = name;
    this.$metadata = metadata;
  }
}

/** Whatever was not a service's answer is the network's failure. */
export function isWorthAnotherTry(error: unknown): boolean {
  return !(error instanceof ServiceError) || error.$metadata.httpStatusCode >= 500 || isThrottling(error);
}

/** How a service that speaks the query protocol names its refusal. */
const IN_XML = /<Code>([\w.]+)<\/Code>/;

export function refusalOf({ status, headers, body }: Extract<Answer, { kind: 'answered' }>): ServiceError {
  const fields = fieldsOf(body);
  const header = headers.get('x-amzn-errortype');
  const code = String(fields.__type ?? header ?? IN_XML.exec(body.toString())?.[1] ?? 'UnknownError');
  const message = String(fields.message ?? fields.Message ?? `HTTP status ${status}`);
  const requestId = headers.get('x-amzn-requestid');
  return new ServiceError(bare(code), message, { httpStatusCode: status, ...(requestId && { requestId }) });
}

/** `com.amazonaws.dynamodb.v20120810#Code` or `Code:http://...`, as the protocol has it. */
function bare(code: string): string {
  return code.replace(/^.*#/, '').replace(/:.*$/, '');
}

/** A load balancer in between answers in HTML. */
function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> {
  const value = jsonOf(body);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
