import { Aspects } from 'aws-cdk-lib';
import { keyturnApp } from '../infra/app.ts';
import { LocalAws, OnLoopback } from './local-aws.ts';

/** Set by sandbox/deploy/cdk.ts: the context `keyturn` of this sandbox, as JSON. */
const { KEYTURN_SANDBOX_CONTEXT = '{}' } = process.env;

const app = keyturnApp({ postCliContext: { keyturn: JSON.parse(KEYTURN_SANDBOX_CONTEXT) } });
Aspects.of(app).add(new OnLoopback(), { priority: 900 });
Aspects.of(app).add(new LocalAws(), { priority: 1000 });
app.synth();
