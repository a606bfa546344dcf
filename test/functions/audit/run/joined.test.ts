import { expect, it } from 'vitest';
import { reasonOf } from '../../../../functions/audit/run/joined.ts';

it.each([
  ['Runtime.ExitError', 'crashed'],
  ['Runtime.OutOfMemory', 'crashed'],
  ['Sandbox.Timedout', 'crashed'],
  ['Lambda.Unknown', 'crashed'],
  ['States.Timeout', 'crashed'],
  ['Lambda.TooManyRequestsException', 'no-result'],
  ['Lambda.ServiceException', 'no-result'],
  [null, 'no-result'],
  ['TypeError', 'examine-failed'],
  ['Error', 'examine-failed'],
])('a credential whose invocation ended with %s is unexamined as %s', (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
