import { Duration } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { REPORT } from '../../functions/observe/names.ts';
import { PARTITION } from '../../functions/table/items.ts';
import { AuditNotify } from './audit-notify.ts';
import { compareSecrets, readAccount, readCredentials, readSes } from './audit-permissions.ts';
import { AuditStateMachine } from './audit-state-machine.ts';
import { KeyturnFunction } from './function.ts';
import {
  type Deployment,
  decryptReports,
  decryptTable,
  encryptReports,
  exceptProtected,
  listReports,
  onPartitions,
  onReports,
  onTable,
} from './permissions.ts';
import { ScheduledTarget } from './scheduled-target.ts';

const ANY_RUN = '*';

/** The audit: plans batches of credentials, examines them side by side, reports; started by a schedule. */
export class Audit extends Construct {
  readonly plan: KeyturnFunction;
  readonly examine: KeyturnFunction;
  readonly report: KeyturnFunction;
  readonly notify: AuditNotify | undefined;
  readonly stateMachine: StateMachine;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id);
    this.plan = this.createPlan(deployment);
    this.examine = this.createExamine(deployment);
    this.report = this.createReport(deployment);
    this.notify = AuditNotify.isWanted(deployment.config)
      ? new AuditNotify(this, 'Notify', deployment)
      : undefined;
    this.stateMachine = new AuditStateMachine(this, 'StateMachine', {
      plan: this.plan.lambda,
      examine: this.examine.lambda,
      report: this.report.lambda,
      ...(this.notify && { notify: this.notify.lambda }),
      ...deployment,
    }).machine;
    const timetable = new ScheduledTarget(this, 'Timetable', {
      schedule: deployment.config.auditSchedule,
      targetArn: this.stateMachine.stateMachineArn,
      action: 'states:StartExecution',
    });
    this.deadLetters = timetable.deadLetters;
  }

  private createPlan(deployment: Deployment): KeyturnFunction {
    const { storage } = deployment;
    const plan = new KeyturnFunction(this, 'Plan', {
      entry: 'audit-plan',
      description:
        'Lists and compares the managed secrets, reads the account around them, and writes the audit plan',
      memoryMiB: 512,
      timeout: Duration.minutes(15),
      ...deployment,
    });
    plan.allow(
      ...compareSecrets(this, deployment),
      ...readAccount(this, deployment),
      ...readSes(this),
      onReports(storage, 'PutObject', REPORT.plan(ANY_RUN), REPORT.account(ANY_RUN)),
      encryptReports(storage),
      onPartitions(storage, [PARTITION.auditLease], 'GetItem', 'PutItem'),
      decryptTable(storage),
    );
    return plan;
  }

  private createExamine(deployment: Deployment): KeyturnFunction {
    const { storage } = deployment;
    const examine = new KeyturnFunction(this, 'Examine', {
      entry: 'audit-examine',
      description: 'Examines one batch of SMTP credentials, their servers, domains and settings',
      memoryMiB: 1024,
      timeout: Duration.minutes(15),
      ...deployment,
    });
    examine.allow(
      ...readCredentials(this, deployment),
      onReports(storage, 'GetObject', REPORT.account(ANY_RUN), 'audits/*/results/*'),
      onReports(storage, 'PutObject', 'audits/*/results/*'),
      listReports(storage),
      encryptReports(storage),
      onTable(storage, 'GetItem', 'PutItem', 'UpdateItem'),
      exceptProtected(storage),
      decryptTable(storage),
    );
    return examine;
  }

  private createReport(deployment: Deployment): KeyturnFunction {
    const { storage } = deployment;
    const report = new KeyturnFunction(this, 'Report', {
      entry: 'audit-report',
      description: 'Joins the results of an audit into one report',
      memoryMiB: 1024,
      timeout: Duration.minutes(15),
      ...deployment,
    });
    report.allow(
      onReports(storage, 'GetObject', REPORT.plan(ANY_RUN), 'audits/*/results/*', REPORT.latest),
      onReports(
        storage,
        'PutObject',
        REPORT.json(ANY_RUN),
        REPORT.html(ANY_RUN),
        REPORT.credentials(ANY_RUN, '*'),
        REPORT.summary(ANY_RUN),
        REPORT.latest,
      ),
      listReports(storage),
      encryptReports(storage),
      onPartitions(storage, [PARTITION.auditLease, PARTITION.auditRuns], 'PutItem', 'Query'),
      decryptTable(storage),
    );
    return report;
  }
}

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
