import { ORDERS } from '../deploy/credentials.ts';
import type { Sandbox } from '../sandbox.ts';
import { apiUrl } from './validations.ts';

/** Commands to paste into another terminal; the keys open nothing but this sandbox. */
export function commandsToTry({ cloud, outputs }: Sandbox): string[] {
  const { endpoint, region, credentials } = cloud.account;
  const { accessKeyId, secretAccessKey } = credentials;
  const api = apiUrl(cloud.account, outputs.ApiId);
  const signed = `curl --aws-sigv4 aws:amz:${region}:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`;
  const aws = `aws --region ${region} --endpoint-url ${endpoint}`;
  return [
    `export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    '',
    `${signed} -d '{"secretId":"${ORDERS.secretName}"}' ${api}/validations`,
    `${signed} ${api}/audits/latest`,
    `${signed} -d '{"operation":"rotate","secretId":"${ORDERS.secretName}"}' ${api}/operations`,
    `${aws} secretsmanager describe-secret --secret-id ${ORDERS.secretName}`,
    `${aws} lambda invoke --function-name ${outputs.RetireFunctionName} /dev/stdout`,
    `${aws} stepfunctions start-execution --state-machine-arn ${outputs.StateMachineArn}`,
  ];
}
