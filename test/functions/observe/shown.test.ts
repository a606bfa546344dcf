import { inspect } from 'node:util';
import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RotationError } from '../../../functions/lifecycle/rotate/rotation.ts';
import {
  handles,
  KeyturnError,
  mask,
  shown,
  shownName,
  shownText,
} from '../../../functions/observe/shown.ts';
import { ProviderError } from '../../../functions/providers/provider.ts';

const CANARY = 'canary-7f3a@example.com';
const REQUEST = 'a1b2c3d4-0123-4567-89ab-cdef01234567';

/** Wherever an error of somebody else's may carry what was said. */
const foreign = fc
  .record({
    name: fc.constantFrom(
      'AccessDeniedException',
      'Client.InternalError',
      'TypeError',
      CANARY,
      `Name ${CANARY}`,
      '',
    ),
    code: fc.constantFrom(undefined, 'ECONNRESET', CANARY, 12),
    requestId: fc.constantFrom(undefined, REQUEST, CANARY),
    kind: fc.constantFrom('error', 'aggregate', 'service', 'text', 'object', 'nothing'),
  })
  .map(({ name, code, requestId, kind }): unknown => {
    if (kind === 'nothing') return undefined;
    if (kind === 'text') return CANARY;
    if (kind === 'object') return { name, message: CANARY, stack: CANARY, code };
    const cause = new Error(CANARY, { cause: new Error(CANARY) });
    const error =
      kind === 'aggregate'
        ? new AggregateError([new Error(CANARY), cause], CANARY, { cause })
        : kind === 'service'
          ? new SecretsManagerServiceException({ name, message: CANARY, $fault: 'client', $metadata: {} })
          : new Error(CANARY, { cause });
    const fields = {
      name,
      code,
      stack: CANARY,
      response: CANARY,
      $metadata: { requestId, extendedRequestId: CANARY },
    };
    return Object.assign(error, fields);
  });

/** All that a runtime prints of a rejection, and what JSON and a log make of it. */
const printed = (value: unknown) =>
  [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value), String(value)].join('\n');

it('of an error that is not ours nothing is shown that somebody else has said', () => {
  fc.assert(
    fc.property(foreign, (error) => {
      expect(printed([shown(error), shownText(error), shownName(error)])).not.toContain('canary');
    }),
  );
});

it('a handler rejects with nothing that somebody else has said, whatever its runtime prints of it', async () => {
  await fc.assert(
    fc.asyncProperty(foreign, async (error) => {
      const rejected = await handles(() => Promise.reject(error))({}, {}).then(
        () => expect.unreachable(),
        (reason: unknown) => reason,
      );
      expect(rejected).toBeInstanceOf(KeyturnError);
      expect(`${printed(rejected)}${(rejected as Error).stack}`).not.toContain('canary');
    }),
  );
});

it('names the error and the request, by which AWS knows the rest', () => {
  const error = Object.assign(new Error(CANARY), {
    name: 'AccessDeniedException',
    $metadata: { requestId: REQUEST },
  });
  expect(shown(error)).toEqual({
    name: 'AccessDeniedException',
    message: `AccessDeniedException (request ${REQUEST})`,
  });
  expect(shownText(Object.assign(new Error(CANARY), { code: 'ECONNREFUSED' }))).toBe('Error (ECONNREFUSED)');
});

it.each([new RotationError('wait', 'manual'), new ProviderError('refused', 'no', { status: 400 })])(
  'our own %o is shown, and rejected with, as it is',
  async (error) => {
    expect(shown(error)).toEqual({ name: error.name, message: error.message });
    expect(shownText(error)).toBe(`${error.name}: ${error.message}`);
    await expect(handles(() => Promise.reject(error))({}, {})).rejects.toBe(error);
  },
);

describe('mask', () => {
  it.each([
    ['addresses', 'no <ada@example.com> here', 'no <[address]> here'],
    ['control characters', 'a\u0000b\tc\r\nd', 'a b c d'],
    ['characters that nobody sees', 'a\u200bb\u202ec', 'abc'],
    ['what is said after 300 characters', 'x'.repeat(400), 'x'.repeat(300)],
  ])('takes away %s', (_what, text, safe) => {
    expect(mask(text)).toBe(safe);
  });

  it('takes linear time for a line of 64 KiB', () => {
    const begun = performance.now();
    mask('a'.repeat(65_536));
    mask(`${'a@'.repeat(32_768)}`);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
