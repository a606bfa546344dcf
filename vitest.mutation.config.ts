import { defineConfig } from 'vitest/config';

/** The tests of the decisions that `npm run mutation` puts to the test: pure, so that thousands of runs are quick. */
export default defineConfig({
  test: {
    include: [
      'test/functions/smtp/{login-result,reply,failure,known-text}.test.ts',
      'test/functions/smtp/verdicts/*.test.ts',
      'test/functions/providers/secret.test.ts',
      'test/functions/lifecycle/{ownership,possible-from,retirable,situation,stuck}.test.ts',
      'test/functions/lifecycle/rotate/{step-decision,guard,convergence}.test.ts',
    ],
  },
});
