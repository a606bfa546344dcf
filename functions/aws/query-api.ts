import type { Service } from './endpoint.ts';
import { signedBody } from './signed-request.ts';
import { readXml, type XmlValue } from './xml.ts';

const TRIES = 5;

export interface QueryApiOptions {
  readonly service: Service;
  readonly version: string;
  /** What the items of a list are in, in the answer. */
  readonly item: 'member' | 'item';
  /** What stands before the number of an item of a list in the question. */
  readonly listed: '.member' | '';
}

/** As IAM and CloudFormation: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
const QUERY = { item: 'member', listed: '.member' } as const;
export const CLOUDFORMATION = { service: 'cloudformation', version: '2010-05-15', ...QUERY } as const;
export const IAM = { service: 'iam', version: '2010-05-08', ...QUERY } as const;
/** Amazon EC2, its own dialect: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export const EC2 = { service: 'ec2', version: '2016-11-15', item: 'item', listed: '' } as const;

/**
 * One AWS service that is asked by a form and answers in XML. The SDK's client for IAM with all below it is 200 KiB of a
 * bundle that has no other one.
 */
export class QueryApi {
  readonly #options: QueryApiOptions;
  readonly #env: NodeJS.ProcessEnv;

  constructor(options: QueryApiOptions, env = process.env) {
    this.#options = options;
    this.#env = env;
  }

  /**
   * The output as the service names its parts. Times are text, binary values are base64, and empty lists are left out.
   * Rejects with a `ServiceError` when the service refuses, or with Node's own error.
   */
  async call(operation: string, input: object): Promise<unknown> {
    const { service, version, listed } = this.#options;
    const parameters = Object.fromEntries(parametersOf('', input, listed));
    const body = new URLSearchParams({ Action: operation, Version: version, ...parameters }).toString();
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const request = { service, method: 'POST', path: '/', headers, body, tries: TRIES } as const;
    const answer = readXml((await signedBody(request, this.#env)).toString());
    const [response] = childrenOf(answer, `${operation}Response`);
    const [result = response] = childrenOf(response, `${operation}Result`);
    return typeof result === 'object' ? this.#plain(result) : {};
  }

  /** An empty list looks like an empty text; neither is of any use, and both are left out. */
  #plain(value: XmlValue): unknown {
    if (typeof value === 'string') return value.trim() === '' ? undefined : value;
    const items = value[this.#options.item];
    if (items) return items.map((item) => this.#plain(item));
    return Object.fromEntries(Object.entries(value).map(([name, [only = '']]) => [name, this.#plain(only)]));
  }
}

function parametersOf(prefix: string, value: unknown, listed: string): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  if (Array.isArray(value))
    return value.flatMap((item, index) => parametersOf(`${prefix}${listed}.${index + 1}`, item, listed));
  return Object.entries(value).flatMap(([name, item]) =>
    parametersOf(prefix ? `${prefix}.${name}` : name, item, listed),
  );
}

function childrenOf(value: XmlValue | undefined, name: string): readonly XmlValue[] {
  return typeof value === 'object' ? (value[name] ?? []) : [];
}
