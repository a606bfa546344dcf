import * as v from 'valibot';
import { isNameServer } from '../../functions/net/dns/system-dns.ts';
import { isHost } from '../../functions/net/endpoint.ts';

/** Says what is wrong with the shape of an object; a misspelt setting must never be silently ignored. */
export const shape = ({ expected }: { readonly expected: string | null }) =>
  expected === 'never' ? 'no such setting' : expected === 'Object' ? 'an object' : 'a value';

export const wholeNumber = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(least, expected),
    v.maxValue(most, expected),
  );
};

export const hours = v.pipe(v.number('hours, 0 or more'), v.minValue(0, 'hours, 0 or more'));

export const text = (expected: string, pattern: RegExp) =>
  v.pipe(v.string(expected), v.regex(pattern, expected));

export const email = v.pipe(v.string('an e-mail address'), v.email('an e-mail address'));
export const host = v.pipe(v.string('a host name'), v.check(isHost, 'a host name'));
export const region = text('an AWS region such as eu-central-1', /^[a-z]{2}(-[a-z]+)+-\d$/);
export const name = text('1 to 64 letters, digits, "-", "_" or "."', /^[\w.-]{1,64}$/);
export const secretName = text('a secret name, not an ARN', /^[\w/+=.@-]{1,512}$/);
export const keyArn = text('the ARN of a KMS key', /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/);
export const httpsUrl = text('an https: URL', /^https:\/\/[^\s/]+(\/\S*)?$/);
export const nameServer = v.pipe(
  v.string('an IP address'),
  v.check(isNameServer, 'an IP address, with or without a port'),
);
export const selector = text('a DKIM selector', /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i);
export const schedule = text('cron(...) or rate(...)', /^(cron|rate)\(.+\)$/);

/** Secrets Manager accepts 1 to 1000 (RotationRulesType.AutomaticallyAfterDays). */
export const rotationDays = wholeNumber(1, 1000);

export function twice(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}
