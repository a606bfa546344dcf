import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { keysOf, ownerOf } from './rotated-secrets.ts';

const CREATED = '2026-01-01T00:00:00Z';

/** As much of IAM as a look at a replaced key needs: users with two keys each, of which none was ever used. */
export class AccessKeys {
  /** Ids of those that were switched off. */
  readonly inactive = new Set<string>();

  /** Answers one request of the query API, and says what it was. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<string> {
    const form = new URLSearchParams(await text(request));
    const action = form.get('Action') ?? '';
    const result = this.#result(action, form);
    const body = `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
    response.writeHead(200, { 'content-type': 'text/xml' }).end(body);
    return action;
  }

  #result(action: string, form: URLSearchParams): string {
    const user = form.get('UserName') ?? '';
    switch (action) {
      case 'ListUserTags':
        return `<Tags>${element('member', { Key: 'keyturn:secret', Value: ownerOf(user) })}</Tags>`;
      case 'ListAccessKeys':
        return `<AccessKeyMetadata>${keysOf(user)
          .map((id) => this.#metadata(id))
          .join('')}</AccessKeyMetadata>`;
      case 'GetAccessKeyLastUsed':
        return element('AccessKeyLastUsed', { ServiceName: 'N/A', Region: 'N/A' });
      case 'UpdateAccessKey':
        this.inactive.add(form.get('AccessKeyId') ?? '');
        return '';
      default:
        throw new Error(`not in this IAM: ${action}`);
    }
  }

  #metadata(id: string): string {
    const Status = this.inactive.has(id) ? 'Inactive' : 'Active';
    return element('member', { AccessKeyId: id, Status, CreateDate: CREATED });
  }
}

function element(name: string, fields: Readonly<Record<string, string>>): string {
  const inner = Object.entries(fields).map(([field, value]) => `<${field}>${value}</${field}>`);
  return `<${name}>${inner.join('')}</${name}>`;
}
