import { defineConfig } from 'vitest/config';

/** Tests that drive Chromium; apart from the others because a fresh machine need not have it. */
export default defineConfig({
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    fileParallelism: false,
    // Axe looks at every element of the page, opened: seconds on a machine of its own.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
