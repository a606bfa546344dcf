import { Aspects, CfnResource, type IAspect } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { ENVIRONMENT } from '../functions/observe/names.ts';
import { keyturnApp } from '../infra/app.ts';

/** Resource types that the local AWS (MiniStack) refuses, and with them the whole stack; each with what is done instead. */
export const REFUSED_TYPES: Readonly<Record<string, string>> = {
  'AWS::SecretsManager::RotationSchedule':
    'not known to its CloudFormation; sandbox/deploy/rotation-schedules.ts calls RotateSecret after the deployment',
};

/** Key in `Metadata` under which a replaced resource keeps its own Type and Properties. */
export const ORIGINAL = 'KeyturnOriginal';

/** Does nothing in CloudFormation, so the logical id, and everything that depends on it, stays. */
const PLACEHOLDER = 'AWS::CloudFormation::WaitConditionHandle';

/** What the app for the sandbox has instead of that for AWS, besides `OnLoopback`; add it last. */
export class LocalAws implements IAspect {
  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node) || !(node.cfnResourceType in REFUSED_TYPES)) return;
    const { Type, Properties } = ownTemplate(node);
    node.addOverride('Type', PLACEHOLDER);
    node.addOverride('Properties', undefined);
    node.addMetadata(ORIGINAL, { Type, Properties });
  }
}

/** Loopback, where the sandbox's servers are, and which no setting may open. */
const LOOPBACK = '127.0.0.0/8,::1/128';

/** Lets the functions dial this computer. */
export class OnLoopback implements IAspect {
  visit(node: IConstruct): void {
    const variable = `Environment.Variables.${ENVIRONMENT.networks}`;
    if (node instanceof CfnFunction) node.addPropertyOverride(variable, LOOPBACK);
  }
}

interface Template {
  readonly Type: string;
  readonly Properties: object;
}

/** The resource as it stands in the template for AWS. */
function ownTemplate(resource: CfnResource): Template {
  const { Resources } = resource._toCloudFormation() as { Resources: Record<string, Template> };
  const [template] = Object.values(Resources);
  if (!template) throw new Error(`${resource.node.path} renders nothing`);
  return resource.stack.resolve(template);
}

/** Set by sandbox/deploy/cdk.ts: the context `keyturn` of this sandbox, as JSON. */
const { KEYTURN_SANDBOX_CONTEXT = '{}' } = process.env;

if (import.meta.main) {
  const app = keyturnApp({
    postCliContext: { keyturn: JSON.parse(KEYTURN_SANDBOX_CONTEXT) },
    // The template is looked through when it is made for AWS.
    builtinCloudFormationValidation: false,
  });
  Aspects.of(app).add(new OnLoopback(), { priority: 900 });
  Aspects.of(app).add(new LocalAws(), { priority: 1000 });
  app.synth();
}
