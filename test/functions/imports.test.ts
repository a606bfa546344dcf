import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** What may be imported stands before what may import it; the two composing files, and behind them the entry points. */
const LAYERS = [
  'observe',
  'aws.ts',
  'net',
  'secrets',
  'smtp',
  'mail-domain',
  'providers',
  'table',
  'budget',
  'validation',
  'lifecycle',
  'audit',
  'api',
  'environment.ts',
  'deployment.ts',
  'entry point',
];

const FILES = globSync('functions/**/*.ts', { cwd: ROOT });

it('every import of functions/ points downwards', () => {
  const upward = FILES.flatMap((file) =>
    importsOf(file)
      .filter((imported) => isUpward(file, imported))
      .map((imported) => `${file} -> ${imported}`),
  );
  expect(upward).toEqual([]);
});

it('every folder of functions/ has its place in that order', () => {
  expect(FILES.filter((file) => !LAYERS.includes(layerOf(file)))).toEqual([]);
});

it('nothing in functions/ imports what is not deployed with it', () => {
  const outside = FILES.flatMap((file) =>
    importsOf(file).filter(
      (imported) => !imported.startsWith('functions/') && imported !== 'docs/openapi.json',
    ),
  );
  expect(outside).toEqual([]);
});

/** Types, too: a type that stands above is knowledge of what stands above. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import|import\()\s*'(\.{1,2}\/[^']+)'/g)].map(([, path = '']) =>
    relative(ROOT, join(ROOT, dirname(file), path)).replaceAll(sep, '/'),
  );
}

function isUpward(file: string, imported: string): boolean {
  const [from, to] = [LAYERS.indexOf(layerOf(file)), LAYERS.indexOf(layerOf(imported))];
  return imported.startsWith('functions/') && (from < to || (to === LAYERS.length - 1 && file !== imported));
}

function layerOf(file: string): string {
  const [, first = '', second] = file.split('/');
  if (second !== undefined) return first;
  return LAYERS.includes(first) ? first : 'entry point';
}
