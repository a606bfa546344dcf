import { execFileSync } from 'node:child_process';
import { Aspects } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { keyturnApp } from '../../infra/app.ts';
import { LocalAws, REFUSED_TYPES } from '../../sandbox/app.ts';
import { ensurePythonEnvironment } from '../../sandbox/ministack/python.ts';
import { Children } from '../../sandbox/processes.ts';
import { KEEP } from '../../sandbox/sandbox.ts';
import {
  inScratchDirectory,
  KEYTURN,
  type Resource,
  UNCHECKED,
  WITHOUT_BUNDLES,
} from '../infra/synthesized.ts';

const KNOWN_TYPES = `
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS
print("\\n".join(_RESOURCE_HANDLERS))
`;

async function knownTypes(): Promise<string[]> {
  const { python } = await ensurePythonEnvironment(KEEP, new Children());
  return execFileSync(python, ['-c', KNOWN_TYPES], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trim()
    .split('\n');
}

function sandboxTypes(): string[] {
  return inScratchDirectory((outdir) => {
    const context = { ...WITHOUT_BUNDLES, keyturn: KEYTURN };
    const app = keyturnApp({ outdir, context, analyticsReporting: false, ...UNCHECKED });
    Aspects.of(app).add(new LocalAws(), { priority: 1000 });
    const { Resources } = app.synth().getStackByName('Keyturn').template as {
      Resources: Record<string, Resource>;
    };
    return [...new Set(Object.values(Resources).map(({ Type }) => Type))];
  });
}

test('the local AWS knows every type that the sandbox leaves, and none that it replaces', async () => {
  const known = await knownTypes();
  expect(known.length).toBeGreaterThan(100);
  expect(sandboxTypes().filter((type) => !known.includes(type))).toEqual([]);
  expect(Object.keys(REFUSED_TYPES).filter((type) => known.includes(type))).toEqual([]);
});
