import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readConfig } from '../../infra/config/config.ts';
import { KeyturnStack } from '../../infra/stack.ts';

/** Everything a deployment can have, once: both kinds of credential, with and without rotation, password tables, and an address. */
export const KEYTURN = {
  alertEmail: 'ops@example.com',
  securityHub: true,
  digestFrom: 'audit@example.com',
  credentials: [
    {
      type: 'ses',
      name: 'orders',
      identity: 'example.com',
      from: 'orders@example.com',
      owner: 'team-shop',
    },
    {
      type: 'existing',
      name: 'mailgun',
      secretName: 'mail/mailgun',
      rotationDays: 60,
      kmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/0b1c2d3e',
    },
    { type: 'existing', name: 'office', secretName: 'mail/office' },
  ],
  passwordTables: { subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] },
};

/** No function is bundled: that takes seconds, and the templates are the same but for the assets' hashes. */
export const WITHOUT_BUNDLES = { 'aws:cdk:bundling-stacks': [] };
/** Nor does the CDK look through the template, for as long; it does where findings.test.ts synthesises the app. */
export const UNCHECKED = { builtinCloudFormationValidation: false };

export function stackOf(keyturn: object, outdir: string): KeyturnStack {
  const app = new App({ context: WITHOUT_BUNDLES, outdir, ...UNCHECKED });
  return new KeyturnStack(app, 'Keyturn', { config: readConfig(keyturn) });
}

/** The CDK writes what it synthesises; here it is gone again afterwards. */
export function inScratchDirectory<T>(use: (outdir: string) => T): T {
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-infra-'));
  try {
    return use(outdir);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any CloudFormation type
  readonly Properties: any;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export type Resources = Readonly<Record<string, Resource>>;

/** The resources of the template, with intrinsic functions written as text: `arn:<AWS::Partition>:s3:::<Bucket>`. */
export function resourcesOf(keyturn: object): Resources {
  const template = inScratchDirectory((outdir) => Template.fromStack(stackOf(keyturn, outdir)));
  return readable(template.toJSON().Resources) as Resources;
}

export function ofType(resources: Resources, type: string): Resource[] {
  return Object.values(resources).filter((resource) => resource.Type === type);
}

/** The one resource whose logical id is this, but for the CDK's hash at its end. */
export function named(resources: Resources, id: string): Resource {
  const found = Object.entries(resources).filter(([logicalId]) => logicalId.slice(0, -8) === id);
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`Expected one resource ${id}, got ${found.length}`);
  return only[1];
}

interface RawStatement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: object;
}

export interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: object;
}

/** Statements with lists sorted and `Sid` left out, so that they compare by what they allow. */
export function statements(document: { Statement: readonly unknown[] }): Statement[] {
  return (document.Statement as RawStatement[]).map(({ Effect, Action, Resource, Condition }) => ({
    Effect,
    Action: [Action].flat().sort(),
    Resource: [Resource ?? []].flat().sort(),
    ...(Condition && { Condition }),
  }));
}

/** What a role of this construct may do, by its own policy. */
export function allowed(resources: Resources, construct: string): Statement[] {
  return statements(named(resources, `${construct}RoleDefaultPolicy`).Properties.PolicyDocument);
}

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && key === 'Ref') return `<${argument}>`;
  if (others.length === 0 && key === 'Fn::GetAtt') return `<${argument.join('.')}>`;
  if (others.length === 0 && key === 'Fn::Join') return argument[1].map(readable).join(argument[0]);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
}
