import { defineConfig } from 'vitest/config';

/** Every case of the tests of which `npm test` tries a share (test/support/share.ts). */
export default defineConfig({
  test: {
    restoreMocks: true,
    env: { KEYTURN_EVERY_CASE: '1' },
    include: [
      'test/functions/lifecycle/rotate/{enumeration,secret-writer}/*.test.ts',
      'test/functions/lifecycle/rotate/crash.test.ts',
      'test/functions/lifecycle/operate/faults.test.ts',
      'test/functions/lifecycle/retire/retirement.test.ts',
      'test/functions/budget/concurrency.test.ts',
      'test/functions/{smtp/fuzz,net/odd-keys}/*.test.ts',
      'test/functions/smtp/echoes.test.ts',
      'test/functions/net/hostile.test.ts',
    ],
    setupFiles: 'test/support/network-guard.ts',
  },
});
