/**
 * `npm run mutation` breaks the decisions in one place at a time, and wants a test to notice each time. Mutants that no test
 * could notice are switched off where they stand, with the reason.
 */
export default {
  mutate: [
    'functions/smtp/{login-result,failure,reply}.ts',
    'functions/smtp/verdicts/*.ts',
    'functions/{providers/secret,secrets/credential}.ts',
    'functions/lifecycle/{lease,ownership,possible-from,retirable,situation,stuck}.ts',
    'functions/lifecycle/rotate/{step-decision,convergence}.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  // Only what the tests read. Without tsconfig.json, which Stryker would parse by an API that TypeScript 7 no longer has.
  ignorePatterns: [
    '*',
    '!functions/**',
    '!test/**',
    '!infra/**',
    '!sandbox/**',
    '!package.json',
    '!vitest.mutation.config.ts',
  ],
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { allowColor: false, logTests: false },
  tempDirName: '.stryker-tmp',
  concurrency: 2,
  thresholds: { high: 100, low: 100, break: 100 },
};
