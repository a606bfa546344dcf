import { describe, expect, it } from 'vitest';
import { sesSmtpPassword } from '../../../functions/providers/ses.ts';

describe('sesSmtpPassword', () => {
  // terraform-provider-aws (TestSESSMTPPasswordFromSecretKeySigV4) publishes the first two as test vectors; the last is AWS's documented example key.
  it.each([
    ['some+secret+key', 'eu-central-1', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
    ['another+secret+key', 'us-west-1', 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF'],
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'us-east-1', 'BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9'],
  ])('derives the published password of %s in %s', (secretAccessKey, region, password) => {
    expect(sesSmtpPassword(secretAccessKey, region)).toBe(password);
  });
});
