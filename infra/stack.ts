import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Config } from './config/config.ts';
import { secretNameOf } from './config/credential.ts';
import { AccessPolicies } from './constructs/access-policies.ts';
import { Alarms, alertTopic } from './constructs/alarms.ts';
import { Api } from './constructs/api.ts';
import { Audit, AuditLookup } from './constructs/audit.ts';
import { keyturnDashboard } from './constructs/dashboard.ts';
import { Operation } from './constructs/operation.ts';
import type { Deployment } from './constructs/permissions.ts';
import { Retirement } from './constructs/retirement.ts';
import { Rotation } from './constructs/rotation.ts';
import { SmtpCredential, type SmtpCredentialProps } from './constructs/smtp-credential.ts';
import { Storage } from './constructs/storage.ts';
import { Lookup, Validation } from './constructs/validation.ts';

export interface KeyturnStackProps extends StackProps {
  readonly config: Config;
}

/** The whole of Keyturn in one account and region. Only composes: each subject is a construct of its own. */
export class KeyturnStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: KeyturnStackProps) {
    super(scope, id, { description: 'Keyturn: SMTP credentials, proven, rotated and audited', ...props });
    const storage = new Storage(this, 'Storage', { config });
    const deployment = { storage, config };
    const validate = new Validation(this, 'Validate', deployment);
    const lookup = new Lookup(this, 'Lookup', deployment);
    const rotate = new Rotation(this, 'Rotate', deployment);
    const retire = new Retirement(this, 'Retire', deployment);
    const operate = new Operation(this, 'Operate', { rotate, retire, ...deployment });
    const audit = new Audit(this, 'Audit', deployment);
    const audits = new AuditLookup(this, 'AuditLookup', deployment);
    const subjects = { validate, lookup, rotate, retire, operate, audit, audits };
    this.declareCredentials(deployment, rotate);
    const { restApi } = new Api(this, 'Api', {
      validate: validate.lambda,
      credentials: lookup.lambda,
      audits: audits.lambda,
      operate: operate.lambda,
      ...deployment,
    });
    const { topic, dashboard } = this.watch(deployment, subjects);
    new AccessPolicies(this, 'Access', {
      restApi,
      storage,
      dashboard,
      stateMachine: audit.stateMachine,
      retire: retire.lambda,
    });
    this.output({
      ApiUrl: restApi.url,
      ApiId: restApi.restApiId,
      StateMachineArn: audit.stateMachine.stateMachineArn,
      ReportBucketName: storage.bucket.bucketName,
      TableName: storage.table.tableName,
      AlertTopicArn: topic.topicArn,
      KeyArn: storage.key.keyArn,
      ValidateFunctionName: validate.lambda.functionName,
      CredentialsFunctionName: lookup.lambda.functionName,
      RotateFunctionName: rotate.lambda.functionName,
      RetireFunctionName: retire.lambda.functionName,
      RetireDueFunctionName: retire.due.lambda.functionName,
      RetirementStateMachineArn: retire.stateMachine.stateMachineArn,
      OperateFunctionName: operate.lambda.functionName,
      AuditPlanFunctionName: audit.plan.lambda.functionName,
      AuditExamineFunctionName: audit.examine.lambda.functionName,
      AuditReportFunctionName: audit.report.lambda.functionName,
      AuditsFunctionName: audits.lambda.functionName,
      ...(audit.notify && { AuditNotifyFunctionName: audit.notify.lambda.functionName }),
    });
  }

  private declareCredentials({ storage, config }: Deployment, rotation: Rotation): void {
    const scope = new Construct(this, 'Credentials');
    for (const credential of config.credentials) {
      const common = { rotation, secretName: secretNameOf(credential) };
      const props: SmtpCredentialProps =
        credential.type === 'existing'
          ? { ...credential, ...common }
          : {
              ...credential,
              ...common,
              encryptionKey: storage.key,
              rotationDays: credential.rotationDays ?? config.rotationDays,
            };
      new SmtpCredential(scope, credential.name, props);
    }
  }

  private watch(
    { storage, config }: Deployment,
    { validate, lookup, rotate, retire, operate, audit, audits }: Subjects,
  ) {
    // Without rotate, which rejects to be tried again, also while it waits for a person: its metric tells the two apart.
    const watched = {
      validate,
      credentials: lookup,
      retire,
      'retire-due': retire.due,
      operate,
      'audit-plan': audit.plan,
      'audit-examine': audit.examine,
      'audit-report': audit.report,
      ...(audit.notify && { 'audit-notify': audit.notify }),
      audits,
    };
    const secretNames = config.credentials.map(secretNameOf);
    const topic = alertTopic(this, 'Alerts', { encryptionKey: storage.key, email: config.alertEmail });
    const { all } = new Alarms(this, 'Alarms', {
      topic,
      functions: watched,
      deadLetters: { audit: audit.deadLetters, retire: retire.deadLetters },
      auditRuns: audit.stateMachine,
      retirementRuns: retire.stateMachine,
      secretNames,
      deadManHours: config.deadManHours,
    });
    const dashboard = keyturnDashboard(this, 'Dashboard', {
      alarms: all,
      functions: { ...watched, rotate },
      secretNames,
    });
    return { topic, dashboard };
  }

  private output(values: Readonly<Record<string, string>>): void {
    for (const [id, value] of Object.entries(values)) new CfnOutput(this, id, { value });
  }
}

interface Subjects {
  readonly validate: Validation;
  readonly lookup: Lookup;
  readonly rotate: Rotation;
  readonly retire: Retirement;
  readonly operate: Operation;
  readonly audit: Audit;
  readonly audits: AuditLookup;
}
