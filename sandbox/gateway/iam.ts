import type { IncomingHttpHeaders } from 'node:http';
import { Redacted } from '../../functions/secrets/redacted.ts';
import type { ApiAnswer, ApiRequest, Correction } from './gateway.ts';

/** `AccessKeysPerUserQuota`; inactive keys count too. */
const KEYS_PER_USER = 2;

/** An access key as CreateAccessKey gave it out: the only moment at which anyone sees its secret. */
export interface IssuedKey {
  readonly userName: string;
  readonly secretAccessKey: Redacted;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
}

interface Use {
  readonly at: number;
  readonly region: string;
}

/** The access keys issued while the sandbox runs and when each was last used for SMTP; in memory only. */
export class IssuedKeys {
  readonly #keys = new Map<string, IssuedKey>();
  readonly #uses = new Map<string, Use>();

  find(accessKeyId: string): IssuedKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  remember(accessKeyId: string, key: IssuedKey): void {
    this.#keys.set(accessKeyId, key);
  }

  recordUse(accessKeyId: string, use: Use): void {
    this.#uses.set(accessKeyId, use);
  }

  lastUse(accessKeyId: string): Use | undefined {
    return this.#uses.get(accessKeyId);
  }
}

/** IAM with the quota of access keys and a true GetAccessKeyLastUsed, both of which the local AWS lacks. */
export class AccessKeyCorrection implements Correction {
  readonly #issued: IssuedKeys;
  readonly #countKeys: (userName: string) => Promise<number>;
  #creation: Promise<unknown> = Promise.resolve();

  /** `countKeys` counts the active and inactive keys of a user. */
  constructor(issued: IssuedKeys, countKeys: (userName: string) => Promise<number>) {
    this.#issued = issued;
    this.#countKeys = countKeys;
  }

  concerns(headers: IncomingHttpHeaders): boolean {
    return signedService(headers) === 'iam';
  }

  async answer({ body }: ApiRequest, forward: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    const parameters = new URLSearchParams(body);
    switch (parameters.get('Action')) {
      case 'CreateAccessKey':
        return this.#inTurn(() => this.#create(parameters.get('UserName') ?? '', forward));
      case 'GetAccessKeyLastUsed':
        return this.#lastUsed(parameters.get('AccessKeyId') ?? '', await forward());
      default:
        return forward();
    }
  }

  /** One creation after the other, or two at once would both be under the quota. */
  #inTurn<T>(create: () => Promise<T>): Promise<T> {
    const turn = this.#creation.then(create);
    this.#creation = turn.catch(() => {});
    return turn;
  }

  async #create(userName: string, forward: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    if ((await this.#countKeys(userName)) >= KEYS_PER_USER) return quotaExceeded();
    const answer = await forward();
    const accessKeyId = element(answer.body, 'AccessKeyId');
    const secret = element(answer.body, 'SecretAccessKey');
    if (accessKeyId && secret) {
      const key = { userName, secretAccessKey: new Redacted(secret), issuedAt: Date.now() };
      this.#issued.remember(accessKeyId, key);
    }
    return answer;
  }

  #lastUsed(accessKeyId: string, answer: ApiAnswer): ApiAnswer {
    const use = this.#issued.lastUse(accessKeyId);
    if (answer.status !== 200 || !use) return answer;
    const date = new Date(use.at).toISOString().replace(/\.\d+Z$/, 'Z');
    const truth = `<LastUsedDate>${date}</LastUsedDate><Region>${use.region}</Region><ServiceName>ses-smtp</ServiceName>`;
    const body = answer.body.replace(/(<AccessKeyLastUsed>).*(<\/AccessKeyLastUsed>)/s, `$1${truth}$2`);
    return { ...answer, body };
  }
}

/** The service a request was signed for (SigV4): `Credential=key/date/region/service/aws4_request`. */
function signedService({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(authorization)?.[1];
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
}

function quotaExceeded(): ApiAnswer {
  const error = `<Type>Sender</Type><Code>LimitExceeded</Code><Message>Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}</Message>`;
  return {
    status: 409,
    contentType: 'text/xml',
    body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error>${error}</Error><RequestId>sandbox</RequestId></ErrorResponse>`,
  };
}
