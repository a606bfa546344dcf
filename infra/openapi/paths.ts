import { limits } from '../../functions/api/answer.ts';
import { ANSWER_HEADERS } from '../../functions/observe/names.ts';
import { refTo, type SchemaName } from './document.ts';
import * as examples from './examples.ts';

const json = (schema: object, named: object) => ({ 'application/json': { schema, examples: named } });

/** Of every answer, whoever gives it. */
export const answerHeaders = Object.fromEntries(
  Object.entries(ANSWER_HEADERS).map(([name, value]) => [name, { required: true, schema: { const: value } }]),
);

const headers = Object.fromEntries(
  Object.keys(answerHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
);

const answer = (description: string, schema: SchemaName, example: object) => ({
  description,
  headers,
  content: json(refTo(schema), { example: { value: example } }),
});

const refusal = (description: string, error: string, message: string) =>
  answer(description, 'Error', { error, message });

/** What every request may be answered with, whoever asks for what. */
const REFUSALS = {
  403: refusal(
    'Not signed, or not allowed by any policy.',
    'forbidden',
    'User: arn:aws:iam::111122223333:user/ada is not authorized to perform: execute-api:Invoke on this resource.',
  ),
  429: refusal(
    'Too many requests, here or at Secrets Manager.',
    'throttled',
    'More than 10 requests a second; try again after a second.',
  ),
  default: refusal('Anything else.', 'failed', 'Internal server error'),
};

const MALFORMED = refusal(
  'The request is not as this document wants it.',
  'malformed-request',
  'Malformed limit: expected at most 100.',
);

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly description: string;
  readonly schema: object;
  readonly example: unknown;
}

const parameter = (one: Parameter) => ({ ...one, required: one.in === 'path' });

const PAGE = [
  parameter({
    name: 'limit',
    in: 'query',
    description: 'How many to answer with at the most.',
    schema: { type: 'integer', minimum: 1, maximum: limits.most, default: limits.default },
    example: 20,
  }),
  parameter({
    name: 'next',
    in: 'query',
    description: 'The `next` of the answer before; none for the first page.',
    schema: { type: 'string' },
    example: examples.list.next,
  }),
];

const validate = {
  operationId: 'validate',
  tags: ['validation'],
  summary: 'Log in with one credential or several',
  description:
    'At most one AUTH for each, over verified TLS, and a second one before a credential that was good is called bad. Any verdict is a 200. Several are validated at the same time, two logins to one host at a time; each has a result of its own, in the order asked.',
  requestBody: { required: true, content: json(refTo('ValidationRequest'), examples.requests) },
  responses: {
    200: {
      description: 'What the login proved; for `secretIds` one result for each of them.',
      headers,
      content: json({ anyOf: [refTo('ValidationResult'), refTo('BatchAnswer')] }, examples.validations),
    },
    400: refusal(
      'The request is not as this document wants it.',
      'malformed-request',
      'Malformed request at versionId: expected >=32.',
    ),
    404: refusal('No such secret or version.', 'not-found', 'No such secret, or no such version of it.'),
    ...REFUSALS,
    403: refusal(
      'Not signed, not allowed by any policy, or the secret is not managed by Keyturn.',
      'not-managed',
      'Keyturn does not manage this secret: it lacks the tag keyturn:managed=true, or does not exist.',
    ),
  },
};

const listCredentials = {
  operationId: 'listCredentials',
  tags: ['knowledge'],
  summary: 'The last known verdict of every credential, page by page',
  description:
    'Every credential validated in the last 90 days. The order is stable, but not that of the names.',
  parameters: PAGE,
  responses: {
    200: answer('One page.', 'CredentialList', examples.list),
    400: MALFORMED,
    ...REFUSALS,
  },
};

const getCredential = {
  operationId: 'getCredential',
  tags: ['knowledge'],
  summary: 'The last known verdict of one credential, and its history',
  parameters: [
    parameter({
      name: 'id',
      in: 'path',
      description: 'Name or full ARN of the secret; slashes may stay as they are.',
      schema: { type: 'string' },
      example: 'keyturn/orders',
    }),
    ...PAGE,
  ],
  responses: {
    200: answer('Newest first, one page.', 'CredentialHistory', examples.history),
    400: MALFORMED,
    404: refusal(
      'Not validated in 90 days.',
      'not-found',
      'No validation of this secret in 90 days; POST /validations makes one.',
    ),
    ...REFUSALS,
  },
};

const latestAudit = {
  operationId: 'getLatestAudit',
  tags: ['knowledge'],
  summary: 'The latest audit, summed up',
  responses: {
    200: answer('The audit that finished last.', 'AuditSummary', examples.audit),
    404: refusal('No audit yet.', 'not-found', 'No audit has finished yet.'),
    ...REFUSALS,
  },
};

const AUDIT_ID = parameter({
  name: 'id',
  in: 'path',
  description: 'The runId of an audit.',
  schema: { type: 'string', pattern: '^\\w[\\w.-]{0,79}$' },
  example: examples.audit.runId,
});

const MALFORMED_ID = refusal(
  'The id is not one.',
  'malformed-request',
  'Malformed id: expected the runId of an audit.',
);

const UNKNOWN_AUDIT = refusal(
  'No such audit, or none any more.',
  'not-found',
  'No such audit, or it has not finished, or its report was older than reports are kept.',
);

const getAudit = {
  operationId: 'getAudit',
  tags: ['knowledge'],
  summary: 'One audit, summed up',
  parameters: [AUDIT_ID],
  responses: {
    200: answer('The audit.', 'AuditSummary', examples.audit),
    400: MALFORMED_ID,
    404: UNKNOWN_AUDIT,
    ...REFUSALS,
  },
};

const getAuditReport = {
  operationId: 'getAuditReport',
  tags: ['knowledge'],
  summary: 'The report of one audit, as a page',
  description:
    'Leads to the page in the report bucket by a link that expires after a minute: the page may be larger than what an API may answer with. A report on more than 100 credentials has them in pages of their own, from 1 on. Follow it without the signature of this request, as HTTP clients do of themselves when the host changes: S3 takes one signature, not two.',
  parameters: [
    AUDIT_ID,
    parameter({
      name: 'page',
      in: 'query',
      description: 'A page of credentials instead of the report itself.',
      schema: { type: 'integer', minimum: 1, maximum: 99_999 },
      example: 1,
    }),
  ],
  responses: {
    303: {
      ...answer('Where the page is; the same as in Location.', 'AuditPage', examples.page),
      headers: { ...headers, Location: { required: true, schema: { type: 'string', format: 'uri' } } },
    },
    400: MALFORMED_ID,
    404: UNKNOWN_AUDIT,
    ...REFUSALS,
  },
};

const openApi = {
  operationId: 'getOpenApi',
  tags: ['knowledge'],
  summary: 'This document',
  responses: {
    200: {
      description: 'OpenAPI 3.1.',
      headers,
      content: { 'application/json': { schema: { type: 'object', required: ['openapi', 'paths'] } } },
    },
    ...REFUSALS,
  },
};

const requestOperation = {
  operationId: 'requestOperation',
  tags: ['operation'],
  summary: 'Rotate, roll back, revoke what is compromised, accept an endpoint, or have a secret looked at',
  description:
    'Answered at once; the work may take minutes. Ask for its state by the operationId of the answer. rollback moves nothing unless the previous credential is proven by a login. compromised revokes all that the secret holds now, with no overlap: clients that cached one of them fail until they refresh. doctor changes nothing without fix. accept-endpoint lets new passwords go to the host and port that are named, together with the security and the CA that stand in the secret for them when it is looked at; the message says what was accepted.',
  requestBody: {
    required: true,
    content: json(refTo('OperationRequest'), examples.operationRequests),
  },
  responses: {
    202: answer('Accepted; its state as of now.', 'Operation', examples.requested),
    400: refusal(
      'The request is not as this document wants it.',
      'malformed-request',
      'Malformed request: expected JSON with operation and secretId.',
    ),
    404: refusal('No such secret.', 'not-found', 'No such secret.'),
    409: answer(
      'It is not possible now, and nothing was begun (`not-possible`, for a rotation with the reason and the date from which it is); or the clientRequestToken is that of another operation (`conflict`).',
      'Error',
      examples.notPossible,
    ),
    ...REFUSALS,
    403: refusal(
      'Not signed, not allowed by any policy, without MFA, or the secret is not managed by Keyturn.',
      'not-managed',
      'Keyturn does not manage this secret: it lacks the tag keyturn:managed=true, or does not exist.',
    ),
  },
};

const getOperation = {
  operationId: 'getOperation',
  tags: ['operation'],
  summary: 'How an operation stands',
  parameters: [
    parameter({
      name: 'operationId',
      in: 'path',
      description: 'Of the answer to POST /operations.',
      schema: { type: 'string' },
      example: examples.requested.operationId,
    }),
  ],
  responses: {
    200: answer('Its state, its steps and, when it has ended, its result.', 'Operation', examples.ended),
    404: refusal('No such operation.', 'not-found', 'No such operation in 400 days.'),
    ...REFUSALS,
  },
};

export const paths = {
  '/validations': { post: validate },
  '/credentials': { get: listCredentials },
  '/credentials/{id}': { get: getCredential },
  '/audits/latest': { get: latestAudit },
  '/audits/{id}': { get: getAudit },
  '/audits/{id}/report': { get: getAuditReport },
  '/openapi.json': { get: openApi },
  '/operations': { post: requestOperation },
  '/operations/{operationId}': { get: getOperation },
};
