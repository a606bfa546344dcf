import { Duration } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { accountKey } from '../../functions/audit/run.ts';
import { REPORT } from '../../functions/observe/names.ts';
import { AuditStateMachine } from './audit-state-machine.ts';
import { KeyturnFunction } from './keyturn-function.ts';
import {
  type Deployment,
  decryptSecrets,
  decryptTable,
  encryptReports,
  exceptEvents,
  listReports,
  onEverything,
  onManagedSecrets,
  onManagedUsers,
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
  readonly stateMachine: StateMachine;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id);
    this.plan = this.createPlan(deployment);
    this.examine = this.createExamine(deployment);
    this.report = this.createReport(deployment);
    this.stateMachine = new AuditStateMachine(this, 'StateMachine', {
      plan: this.plan.lambda,
      examine: this.examine.lambda,
      report: this.report.lambda,
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
      description: 'Lists the managed secrets and the facts of the SES account, and writes the audit plan',
      memoryMiB: 512,
      timeout: Duration.minutes(15),
      ...deployment,
    });
    plan.allow(
      onEverything(
        'secretsmanager:ListSecrets',
        'ses:GetAccountSendingEnabled',
        'ses:GetIdentityDkimAttributes',
        'ses:GetIdentityVerificationAttributes',
        'ses:GetSendQuota',
        'ses:ListIdentities',
      ),
      onReports(storage, 'PutObject', REPORT.plan(ANY_RUN), accountKey(ANY_RUN)),
      encryptReports(storage),
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
      onManagedSecrets(this, 'DescribeSecret', 'GetSecretValue'),
      decryptSecrets(deployment),
      onManagedUsers(this, 'GetAccessKeyLastUsed', 'ListAccessKeys'),
      onReports(storage, 'GetObject', accountKey(ANY_RUN)),
      onReports(storage, 'PutObject', 'audits/*/results/*'),
      encryptReports(storage),
      onTable(storage, 'GetItem', 'PutItem', 'UpdateItem'),
      exceptEvents(storage),
      decryptTable(storage),
    );
    return examine;
  }

  private createReport(deployment: Deployment): KeyturnFunction {
    const { storage } = deployment;
    const report = new KeyturnFunction(this, 'Report', {
      entry: 'audit-report',
      description: 'Joins the results of an audit into one report, and answers GET /audits/latest',
      memoryMiB: 1024,
      timeout: Duration.minutes(15),
      ...deployment,
    });
    report.allow(
      onReports(storage, 'GetObject', 'audits/*'),
      onReports(storage, 'PutObject', REPORT.json(ANY_RUN), REPORT.html(ANY_RUN), REPORT.latest),
      listReports(storage),
      encryptReports(storage),
      onTable(storage, 'PutItem'),
      exceptEvents(storage),
      decryptTable(storage),
    );
    return report;
  }
}
