import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { readConfig } from './config/config.ts';
import { acknowledgeFindings } from './constructs/acknowledged.ts';
import { KeyturnStack } from './stack.ts';

/**
 * The CDK app: one stack, configured by the context key `keyturn`, checked by cdk-nag on every synth.
 * Context of the CLI (cdk.json) wins over `props.context`; `props.postCliContext` wins over both.
 */
export function keyturnApp(props?: AppProps): App {
  const app = new App(props);
  const stack = new KeyturnStack(app, 'Keyturn', { config: readConfig(app.node.tryGetContext('keyturn')) });
  acknowledgeFindings(stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}

if (import.meta.main) keyturnApp().synth();
