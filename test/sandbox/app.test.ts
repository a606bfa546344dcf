import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aspects, type IAspect } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { keyturnApp } from '../../infra/app.ts';
import { LocalAws, OnLoopback, ORIGINAL, REFUSED_TYPES } from '../../sandbox/app.ts';
import {
  inScratchDirectory,
  KEYTURN,
  type Resource,
  UNCHECKED,
  WITHOUT_BUNDLES,
} from '../infra/synthesized.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Template {
  readonly Resources: Readonly<Record<string, Resource & { readonly Metadata?: Record<string, unknown> }>>;
}

function template(aspect?: IAspect): Template {
  return inScratchDirectory((outdir) => {
    const app = keyturnApp({ outdir, context: { ...WITHOUT_BUNDLES, keyturn: KEYTURN }, ...UNCHECKED });
    if (aspect) Aspects.of(app).add(aspect, { priority: 1000 });
    return app.synth().getStackByName('Keyturn').template as Template;
  });
}

describe('the app for the sandbox', () => {
  const forAws = template();
  const forSandbox = template(new LocalAws());
  const ids = Object.keys(forAws.Resources);

  it('differs from the app for AWS in the refused types only, and keeps every logical id', () => {
    expect(Object.keys(forSandbox.Resources)).toEqual(ids);
    const differing = ids.filter(
      (id) => JSON.stringify(forAws.Resources[id]) !== JSON.stringify(forSandbox.Resources[id]),
    );
    const refused = ids.filter((id) => (forAws.Resources[id]?.Type ?? '') in REFUSED_TYPES);
    expect(refused.length).toBeGreaterThan(0);
    expect(differing).toEqual(refused);
  });

  it('keeps what it replaces, so that it can be applied through the API', () => {
    for (const [id, { Type, Metadata }] of Object.entries(forSandbox.Resources)) {
      const original = forAws.Resources[id];
      if (!original || !(original.Type in REFUSED_TYPES)) continue;
      expect(Type).toBe('AWS::CloudFormation::WaitConditionHandle');
      expect(Metadata?.[ORIGINAL]).toEqual({ Type: original.Type, Properties: original.Properties });
    }
  });

  it('lets its functions dial this computer, which no setting of a deployment can', () => {
    const functions = Object.values(template(new OnLoopback()).Resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );
    expect(functions.length).toBeGreaterThan(5);
    for (const { Properties } of functions)
      expect(Properties).toMatchObject({
        Environment: { Variables: { KEYTURN_NETWORKS: '127.0.0.0/8,::1/128' } },
      });
  });

  it('leaves the template for AWS as it is: built again afterwards, it is the same to the letter', () => {
    expect(JSON.stringify(template())).toBe(JSON.stringify(forAws));
  });

  it('is not known to anything that is deployed: no import leads from there into the sandbox', () => {
    const deployed = globSync(['functions/**/*.ts', 'infra/*.ts', 'infra/constructs/*.ts'], { cwd: ROOT });
    expect(deployed.length).toBeGreaterThan(50);
    const importing = deployed.filter((file) =>
      /from '[^']*sandbox/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(importing).toEqual([]);
  });
});
