import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Redacted } from '../../../functions/secrets/redacted.ts';

describe('Redacted', () => {
  const secret = new Redacted('S3cr3t');

  it('shows its value only through reveal()', () => {
    expect(secret.reveal()).toBe('S3cr3t');
    const views = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
    ];
    for (const view of views) expect(view).not.toContain('S3cr3t');
  });

  it('hides in an error and in a spread copy too', () => {
    expect(inspect(new Error('boom', { cause: secret }))).not.toContain('S3cr3t');
    expect(JSON.stringify({ ...secret })).toBe('{}');
  });
});
