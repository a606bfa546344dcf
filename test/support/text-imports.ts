import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const PREFIX = '\0text:';
/** Vite would take one for a style sheet of an application, and the other for a module. */
const TEXT = /\/page\.(css|js)$/;

/** Vite does not know `import ... with { type: 'text' }`, as esbuild and Node do: a plugin for the files that come in so. */
export const textImports = {
  name: 'text-imports',
  enforce: 'pre',
  resolveId: (source: string, importer = '') =>
    TEXT.test(source) ? `${PREFIX}${resolve(importer, '..', source)}.text` : undefined,
  load: (id: string) =>
    id.startsWith(PREFIX)
      ? `export default ${JSON.stringify(readFileSync(id.slice(PREFIX.length, -'.text'.length), 'utf8'))}`
      : undefined,
} as const;
