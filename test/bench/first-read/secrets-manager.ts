import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

// Secrets Manager with one secret, over plain HTTP: a TLS handshake would cost each client the same. In a process of
// its own, so that it takes no time from the one that measures. Prints its port.

const [secretString] = process.argv.slice(2);
const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:bench-AbCdEf';
const VERSION = 'first'.padEnd(32, '0');

const ANSWERS: Readonly<Record<string, object>> = {
  DescribeSecret: {
    ARN,
    Name: 'bench',
    Tags: [{ Key: 'keyturn:managed', Value: 'true' }],
    VersionIdsToStages: { [VERSION]: ['AWSCURRENT'] },
  },
  GetSecretValue: {
    ARN,
    Name: 'bench',
    VersionId: VERSION,
    VersionStages: ['AWSCURRENT'],
    SecretString: secretString,
    CreatedDate: 1_700_000_000,
  },
};

const server = createServer(async (request, response) => {
  await text(request);
  const action = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.statusCode = action in ANSWERS ? 200 : 400;
  response.end(JSON.stringify(ANSWERS[action] ?? { __type: 'UnknownOperationException' }));
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
