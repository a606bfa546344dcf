import { defineConfig } from 'vitest/config';

/** Every case of the tests of which `npm test` tries a share (test/support/share.ts). */
export default defineConfig({
  test: {
    restoreMocks: true,
    env: { KEYTURN_EVERY_CASE: '1' },
    include: [
      'test/functions/rotation/{enumeration,secret-writer}/*.test.ts',
      'test/functions/rotation/crash.test.ts',
      'test/functions/operations/faults.test.ts',
      'test/functions/smtp/{fuzz,network/odd-keys}/*.test.ts',
      'test/functions/smtp/echoes.test.ts',
      'test/functions/net/hostile.test.ts',
    ],
    setupFiles: 'test/support/network-guard.ts',
  },
});
