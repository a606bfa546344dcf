import * as v from 'valibot';

const NO_CONTROL = /^[^\p{Cc}]+$/u;

/** A string of a secret's JSON: neither empty nor longer than `limit`, and safe in one line of any protocol. */
export const text = (limit: number) =>
  v.pipe(
    v.string('a string'),
    v.minLength(1, 'a non-empty string'),
    v.maxLength(limit, `at most ${limit} characters`),
    v.regex(NO_CONTROL, 'no control characters'),
  );

/** Name or ARN of the secret that holds what an administrator of the provider logs in with. */
export const adminSecretId = text(2048);
