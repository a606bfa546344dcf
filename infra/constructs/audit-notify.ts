import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import { PARTITION } from '../../functions/table/items.ts';
import type { Config } from '../config/config.ts';
import { KeyturnFunction } from './function.ts';
import {
  type Deployment,
  decryptReports,
  decryptTable,
  listReports,
  onPartitions,
  onReports,
} from './permissions.ts';

/** Tells others what an audit found: Security Hub, and by mail each owner. A deployment that wants neither has none. */
export class AuditNotify extends KeyturnFunction {
  static isWanted({ securityHub, digestFrom }: Config): boolean {
    return securityHub || digestFrom !== undefined;
  }

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      entry: 'audit-notify',
      description: 'Tells Security Hub and the owners of the secrets what an audit found',
      memoryMiB: 512,
      timeout: Duration.minutes(15),
      ...deployment,
    });
    const { storage, config } = deployment;
    this.lambda.addEnvironment(ENVIRONMENT.securityHub, config.securityHub ? 'on' : 'off');
    this.lambda.addEnvironment(ENVIRONMENT.digestFrom, config.digestFrom ?? 'none');
    this.allow(
      onReports(storage, 'GetObject', 'audits/*/results/*'),
      listReports(storage),
      decryptReports(storage),
    );
    if (config.securityHub) this.allow(importFindings(this));
    if (config.digestFrom !== undefined)
      this.allow(
        sendAs(this, config.digestFrom),
        onPartitions(storage, [`${PARTITION.auditDigest}*`], 'PutItem'),
        decryptTable(storage),
      );
  }
}

/** As the account's own product, and no other. */
function importFindings(scope: Construct): PolicyStatement {
  const { account } = Stack.of(scope);
  const arn = { service: 'securityhub', resource: 'product', resourceName: `${account}/default` };
  return new PolicyStatement({
    actions: ['securityhub:BatchImportFindings'],
    resources: [Stack.of(scope).formatArn(arn)],
  });
}

/** From this address only, be it an identity itself or its domain one. */
function sendAs(scope: Construct, address: string): PolicyStatement {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return new PolicyStatement({
    actions: ['ses:SendEmail'],
    resources: [address, domain].map((resourceName) =>
      Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName }),
    ),
    conditions: { StringEquals: { 'ses:FromAddress': address } },
  });
}
