import { componentSchemas } from './json-schema.ts';
import { answerHeaders, paths } from './paths.ts';

/** The API as an OpenAPI 3.1 document, from the schemas by which the functions answer and the gateway validates. */
export function openApiDocument() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Keyturn',
      version: '1',
      summary: 'SMTP credentials in AWS that are proven to work.',
      description:
        'Validate SMTP credentials in AWS Secrets Manager, read what is known of them, and have them rotated, rolled back or revoked. No answer holds a secret or a mail address of a credential.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/prod', description: 'The host that serves this document, ApiUrl of the stack.' }],
    security: [{ sigv4: [] }],
    tags: [
      { name: 'validation', description: 'Log in, and say what that proved.' },
      { name: 'knowledge', description: 'What earlier validations and audits have shown.' },
      { name: 'operation', description: 'Have something done to a credential; recorded with who and why.' },
    ],
    paths,
    components: { schemas: componentSchemas(), headers: answerHeaders, securitySchemes: { sigv4: SIGV4 } },
  };
}

/** As API Gateway itself exports it. */
const SIGV4 = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  description:
    'AWS Signature Version 4 for the service execute-api, by an identity that one of the IAM policies of the stack allows: Viewer or Validator, and for operations Operator, with MFA.',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};
