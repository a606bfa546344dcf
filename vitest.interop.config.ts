import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    globalSetup: 'test/interop/global-setup.ts',
    fileParallelism: false,
    maxConcurrency: 8,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
