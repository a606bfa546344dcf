import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { gather } from '../../../../functions/audit/check.ts';
import { breaches } from '../../../../functions/audit/facts/aws-facts.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';

const PASSWORD = new Redacted('canary-V8kq2LxZr9Tn4WsB');
const digest = createHash('sha1').update(PASSWORD.reveal()).digest('hex').toUpperCase();
const [prefix, suffix] = [digest.slice(0, 5), digest.slice(5)];
const OTHER = '0018A45C4D1DEF81644B54AB7F969B88D65';

function answering(text: string, status = 200) {
  const asked: Request[] = [];
  const fetcher: typeof fetch = async (input, init) => {
    asked.push(new Request(String(input), init));
    return new Response(text, { status });
  };
  return { asked, fetcher };
}

it.each([
  ['among others', `${OTHER}:12\r\n${suffix}:3\r\n`, 3],
  ['not among others', `${OTHER}:12\r\n`, 0],
  ['as padding, which counts zero', `${suffix}:0\r\n`, 0],
  ['nowhere', '', 0],
])('finds a password %s', async (_name, text, times) => {
  expect(await breaches(PASSWORD, answering(text).fetcher)).toBe(times);
});

it('tells five digits of the hash, and asks for padding', async () => {
  const { asked, fetcher } = answering('');
  await breaches(PASSWORD, fetcher);
  const [request = expect.unreachable()] = asked;
  expect(request.url).toBe(`https://api.pwnedpasswords.com/range/${prefix}`);
  expect(request.headers.get('add-padding')).toBe('true');
  expect(await request.text()).toBe('');
});

it.each([
  [302, 'aws-error'],
  [429, 'throttled'],
  [503, 'aws-error'],
])('does not know when the service answers %i', async (status, reason) => {
  const { fetcher } = answering('no', status);
  expect(await gather(() => breaches(PASSWORD, fetcher))).toMatchObject({ known: false, reason });
});
