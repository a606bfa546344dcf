import { defineConfig } from 'vitest/config';
import { textImports } from './test/support/text-imports.ts';

/** Tests that drive Chromium; apart from the others because a fresh machine need not have it. */
export default defineConfig({
  plugins: [textImports],
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    fileParallelism: false,
    // Axe looks at every element of the page, opened: seconds on a machine of its own.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
