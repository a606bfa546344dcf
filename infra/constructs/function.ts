import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetHashType, DockerImage, type Duration, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENVIRONMENT, watchMark } from '../../functions/observe/names.ts';
import type { Config } from '../config/config.ts';
import { secretNameOf } from '../config/credential.ts';
import { type Deployment, onNetworkInterfaces } from './permissions.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Files in functions/, without their extension; each exports `handler`. */
const ENTRIES = [
  'validate',
  'credentials',
  'rotate',
  'retire',
  'retire-due',
  'operate',
  'audit-plan',
  'audit-examine',
  'audit-report',
  'audit-notify',
  'audits',
] as const;
type Entry = (typeof ENTRIES)[number];

export interface KeyturnFunctionProps extends Deployment {
  readonly entry: Entry;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  /** Sets passwords at providers, those of password tables among them. */
  readonly setsPasswords?: boolean;
}

/**
 * A Lambda function that may write its own log and trace, and nothing else: what it needs besides is said with
 * `allow()`.
 */
export class KeyturnFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: KeyturnFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      encryptionKey: props.storage.key,
      retention: props.config.logRetentionDays,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    const passwordTables = props.setsPasswords ? props.config.passwordTables : undefined;
    this.lambda = new LambdaFunction(this, 'Function', {
      description: props.description,
      code: bundled(props.entry, passwordTables !== undefined),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      role: this.role,
      logGroup,
      environment: environment(props),
    });
    if (passwordTables) this.standIn(passwordTables);
  }

  /** Not `vpc`: that wants to look the network up in the account, and the ids say all. */
  private standIn({ subnetIds, securityGroupIds }: NonNullable<Config['passwordTables']>): void {
    if (subnetIds.length === 0) return;
    const { defaultChild } = this.lambda.node;
    if (!(defaultChild instanceof CfnFunction)) throw new Error('bug: a function without its resource');
    defaultChild.vpcConfig = { subnetIds, securityGroupIds };
    this.allow(...onNetworkInterfaces(this));
  }

  allow(...statements: PolicyStatement[]): void {
    for (const statement of statements) this.role.addToPrincipalPolicy(statement);
  }

  /** Itself, and others by their ARN. A policy of its own, since the function waits for that of its role. */
  invokeItself(...others: string[]): void {
    this.letInvoke('Invocations', [this.role], ...others);
  }

  /** Besides it, too, what `others` name. A policy that no function waits for, so that two functions may know each other. */
  letInvoke(id: string, roles: Role[], ...others: string[]): void {
    const statement = new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [this.lambda.functionArn, ...others],
    });
    new Policy(this, id, { statements: [statement], roles });
  }
}

/**
 * The file of one function, and beside it those of the drivers, if it has them. Not NodejsFunction: it starts npx for each
 * function, which takes three times as long as the bundling itself.
 */
function bundled(entry: Entry, withDrivers: boolean): Code {
  const tryBundle = (folder: string) => {
    cpSync(join(bundles(), entry), folder, { recursive: true });
    if (withDrivers) cpSync(drivers(), join(folder, 'node_modules'), { recursive: true });
    return true;
  };
  return Code.fromAsset(join(ROOT, 'functions'), {
    assetHashType: AssetHashType.OUTPUT,
    // The image is for where nothing can be bundled locally, which is nowhere; by the command the CDK tells one from another.
    bundling: {
      local: { tryBundle },
      image: DockerImage.fromRegistry('none'),
      command: [entry, String(withDrivers)],
    },
  });
}

/** All of them together, in one process: esbuild's plugins want a caller who waits, and the CDK waits for nobody. */
const bundles = once(() => bundle(ENTRIES.map((entry) => join(ROOT, 'functions', `${entry}.ts`))));
const drivers = once(() => bundle(['mysql2', 'pg']));

function bundle(entries: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  execFileSync(process.execPath, [join(ROOT, 'infra/bundle.ts'), folder, ...entries], { cwd: ROOT });
  return folder;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function environment({ storage, config }: Deployment): Record<string, string> {
  return {
    [ENVIRONMENT.stack]: Stack.of(storage).stackName,
    [ENVIRONMENT.table]: storage.table.tableName,
    [ENVIRONMENT.bucket]: storage.bucket.bucketName,
    [ENVIRONMENT.overlapHours]: String(config.overlapHours),
    [ENVIRONMENT.soakHours]: String(config.soakHours),
    [ENVIRONMENT.rotationDays]: String(config.rotationDays),
    [ENVIRONMENT.watched]: config.credentials.map(secretNameOf).map(watchMark).join(',') || 'none',
    [ENVIRONMENT.ports]: config.network.ports.join(',') || 'none',
    [ENVIRONMENT.networks]: config.network.networks.join(',') || 'none',
    [ENVIRONMENT.loginFailures]: String(config.loginBudget.failures),
    [ENVIRONMENT.loginHostFailures]: String(config.loginBudget.hostFailures),
    [ENVIRONMENT.loginWindowMinutes]: String(config.loginBudget.windowMinutes),
    [ENVIRONMENT.reportRetentionDays]: String(config.reportRetentionDays),
    [ENVIRONMENT.auditOptIn]: JSON.stringify(config.auditOptIn),
    [ENVIRONMENT.nameServers]: config.nameServers.join(',') || 'none',
    [ENVIRONMENT.dnsOverHttps]: config.dnsOverHttps,
    [ENVIRONMENT.dkimSelectors]: config.dkimSelectors.join(',') || 'none',
  };
}
