import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { REPORT } from '../../functions/observe/names.ts';
import { KeyturnFunction } from './keyturn-function.ts';
import { type Deployment, decryptReports, listReports, onReports } from './permissions.ts';

/** Answers what the audits found. Reads finished reports only: no secret, no table, no results of single batches. */
export class AuditLookup extends KeyturnFunction {
  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      entry: 'audits',
      description: 'Answers the summary of an audit, and where its pages are',
      memoryMiB: 256,
      timeout: Duration.seconds(25),
      ...deployment,
    });
    const { storage } = deployment;
    this.allow(
      onReports(
        storage,
        'GetObject',
        REPORT.latest,
        REPORT.summary('*'),
        REPORT.html('*'),
        REPORT.credentials('*', '*'),
      ),
      listReports(storage),
      decryptReports(storage),
    );
  }
}
