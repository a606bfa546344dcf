import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { textImports } from './test/support/text-imports.ts';

const MINUTE = 60_000;
/** They drive a Lambda as it is deployed, which makes its clients from its environment once. */
const DEPLOYED = [
  'test/functions/*.test.ts',
  'test/functions/audit/*.test.ts',
  'test/functions/audit/security/negative-control.test.ts',
];

export default defineConfig({
  plugins: [textImports],
  test: {
    restoreMocks: true,
    // Many tests wait for a server's silence: another one computes meanwhile.
    maxWorkers: 2 * availableParallelism(),
    // Only what hangs: with two workers a core, and others on the machine, seconds say nothing of the code.
    testTimeout: MINUTE / 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/{client,functions,support,conformance}/**/*.test.ts'],
          exclude: DEPLOYED,
          setupFiles: 'test/support/network-guard.ts',
          // Modules without a state of their own: each is loaded once for all files, which halves the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'deployed',
          include: DEPLOYED,
          // Logger and metrics read them when the first module that uses them is loaded.
          env: { POWERTOOLS_DEV: 'true', POWERTOOLS_METRICS_DISABLED: 'false' },
          setupFiles: 'test/support/network-guard.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'cli',
          include: ['test/cli/**/*.test.ts'],
          setupFiles: 'test/support/network-guard.ts',
          isolate: false,
          // Those that are about the process start the command, which starts Node twice.
          testTimeout: MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'infra',
          include: ['test/{infra,sandbox}/**/*.test.ts'],
          setupFiles: 'test/support/network-guard.ts',
          // aws-cdk-lib takes seconds to load: once for all files, not once for each.
          isolate: false,
          // Synthesis bundles every function.
          testTimeout: MINUTE,
          hookTimeout: 2 * MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // A sandbox mostly waits: two of them fill the cores of a small machine.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 5 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
    ],
  },
});
