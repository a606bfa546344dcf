import { join } from 'node:path';
import type { Duration } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import type { Deployment } from './permissions.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The SDK imports these when the environment holds no credentials: on a developer's machine, never in Lambda. 110 KiB. */
const OTHER_CREDENTIAL_SOURCES = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

export interface KeyturnFunctionProps extends Deployment {
  /** File in functions/, without its extension; it exports `handler`. */
  readonly entry: string;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeout: Duration;
}

/**
 * A Lambda function that may write its own log and trace, and nothing else: what it needs besides is said with
 * `allow()`. The SDK is bundled, so that the tested version is the one that runs.
 */
export class KeyturnFunction extends Construct {
  readonly lambda: NodejsFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: KeyturnFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      encryptionKey: props.storage.key,
      retention: props.config.logRetentionDays,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    this.lambda = new NodejsFunction(this, 'Function', {
      description: props.description,
      entry: join(ROOT, 'functions', `${props.entry}.ts`),
      projectRoot: ROOT,
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      role: this.role,
      logGroup,
      environment: environment(props),
      awsSdkConnectionReuse: false,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        minify: true,
        logLevel: LogLevel.WARNING,
        externalModules: OTHER_CREDENTIAL_SOURCES,
      },
    });
  }

  allow(...statements: PolicyStatement[]): void {
    for (const statement of statements) this.role.addToPrincipalPolicy(statement);
  }
}

function environment({ storage, config }: Deployment): Record<string, string> {
  return {
    [ENVIRONMENT.table]: storage.table.tableName,
    [ENVIRONMENT.bucket]: storage.bucket.bucketName,
    [ENVIRONMENT.overlapHours]: String(config.overlapHours),
    [ENVIRONMENT.soakHours]: String(config.soakHours),
    [ENVIRONMENT.rotationDays]: String(config.rotationDays),
  };
}
