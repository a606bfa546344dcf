import { existsSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import { keyturnApp } from '../../infra/app.ts';
import { DEPLOYED_FUNCTIONS } from '../support/deployed-functions.ts';

export interface Bundle {
  readonly name: string;
  readonly file: string;
}

/** What this script prints, as JSON. */
export interface Bundles {
  readonly bare: Bundle;
  /** What one would deploy without Keyturn, bundled as esbuild does by default. */
  readonly plain: Bundle;
  readonly deployed: readonly Bundle[];
}

/** The functions as the stack bundles them for AWS: whatever it changes there, it changes here. */
function deployedBundles(outdir: string): Bundle[] {
  // With the one function that is not deployed by default.
  const keyturn = { digestFrom: 'audit@example.com' };
  const assembly = keyturnApp({ outdir, context: { keyturn } }).synth();
  const resources: Record<string, { Properties: { Code?: { S3Key?: string } } }> =
    assembly.getStackByName('Keyturn').template.Resources;
  return DEPLOYED_FUNCTIONS.map((name) => {
    const key = Object.entries(resources).find(([id]) => id.slice(0, -8) === `${name}Function`)?.[1]
      .Properties.Code?.S3Key;
    if (key === undefined) throw new Error(`the template has no function ${name} with a bundle`);
    return { name, file: entryFile(join(outdir, `asset.${basename(key, '.zip')}`)) };
  });
}

function entryFile(asset: string): string {
  const file = ['index.mjs', 'index.js'].map((name) => join(asset, name)).find(existsSync);
  if (file === undefined) throw new Error(`no index.mjs or index.js in ${asset}`);
  return file;
}

/** The least that Lambda can run, in the module format of `like`. */
function bareBundle(outdir: string, like: Bundle): Bundle {
  const extension = extname(like.file);
  const format = extension === '.mjs' ? 'esm' : 'cjs';
  const { code } = transformSync('export const handler = async () => {};', { format, minify: true });
  const file = join(outdir, `bare${extension}`);
  writeFileSync(file, code);
  return { name: 'bare handler', file };
}

/** `bundle` and `platform` are what a Lambda function cannot do without; not minified, main fields as they are. */
function plainBundle(outdir: string): Bundle {
  const entry = join(import.meta.dirname, 'first-read/plain.ts');
  const file = join(outdir, 'plain.js');
  buildSync({ entryPoints: [entry], outfile: file, bundle: true, platform: 'node' });
  return { name: 'plain SDK + nodemailer', file };
}

const [outdir] = process.argv.slice(2);
if (outdir === undefined) throw new Error('usage: bundles.ts <directory to write to>');
const deployed = deployedBundles(outdir);
const [first] = deployed;
if (!first) throw new Error('the stack has no functions');
const [bare, plain] = [bareBundle(outdir, first), plainBundle(outdir)];
console.log(JSON.stringify({ bare, plain, deployed } satisfies Bundles));
