import { expect, test } from 'vitest';
import { scramRecord } from '../../../../functions/providers/sql/scram-record.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';

test.each([
  // Dovecot 2.3.19, `doveadm pw -s SCRAM-SHA-256`.
  [
    'x',
    'y7pcBH8ahe2sr3V3DNJ8YQ==',
    'j5jJjX7OEeMcBknyABF9gMyKG+q0Xq7bY3qCHP7o0qc=',
    '6Diyn3Q2kfyDsbQbAynuN0TJeEGptveo4BnyZPDMwvw=',
  ],
  // RFC 7677 section 3, keys as PostgreSQL and others derive them.
  [
    'pencil',
    'W22ZaJ0SNY7soEsUEjb6gQ==',
    'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=',
    'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  ],
])('what is stored for %j is what Dovecot stores', async (password, salt, storedKey, serverKey) => {
  const record = await scramRecord(new Redacted(password), Buffer.from(salt, 'base64'));
  expect(record).toBe(`{SCRAM-SHA-256}4096,${salt},${storedKey},${serverKey}`);
});
