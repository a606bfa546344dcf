import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { invoker } from '../../functions/aws.ts';
import { type Apart, answersFor, OutOfTime } from '../../functions/validation/bulkhead.ts';
import { expectAnswer } from '../support/api-schema.ts';
import { type FunctionWorld, startFunctionWorld } from '../support/lambda/function-world.ts';
import { WAYS_TO_END, type WayToEnd } from '../support/lambda/ways-to-end.ts';

const GOOD = ['mail/a', 'mail/b', 'mail/c'] as const;
const WAYS = Object.keys(WAYS_TO_END) as WayToEnd[];

let world: FunctionWorld;
beforeAll(async () => {
  world = await startFunctionWorld(['validate']);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await world.close();
});
beforeEach(() => world.reset());

async function post(body: object, timeoutMs?: number) {
  const { answer, error } = await world.lambda.run(
    'validate',
    { httpMethod: 'POST', body: JSON.stringify(body) },
    timeoutMs,
  );
  if (error) return { statusCode: 502, results: [], error };
  const { statusCode, body: text } = answer as { statusCode: number; body: string };
  const answered = JSON.parse(text);
  expectAnswer('BatchAnswer', answered);
  return { statusCode, results: answered.results as Record<string, string>[] };
}

const wordsOf = (results: readonly Record<string, string>[]) =>
  results.map(({ secretId, verdict, error }) => `${secretId} ${verdict ?? error}`);

describe('POST /validations with several secrets', { timeout: 60_000 }, () => {
  it.each(WAYS)('answers for all but the one that ends its process: by %s', async (way) => {
    for (const name of GOOD) world.create(name);
    world.createKiller('mail/killer', way);
    const { statusCode, results } = await post({ secretIds: ['mail/a', 'mail/killer', 'mail/b', 'mail/c'] });
    expect(statusCode).toBe(200);
    expect(wordsOf(results)).toEqual(['mail/a valid', 'mail/killer crashed', 'mail/b valid', 'mail/c valid']);
    expect(world.lambda.logged.filter(({ result }) => result === 'crashed')).toMatchObject([
      { event: 'credential.validation-failed', secretId: 'mail/killer', level: 'ERROR' },
    ]);
  });

  it('answers for all but two that do', async () => {
    for (const name of GOOD) world.create(name);
    world.createKiller('mail/killer-1');
    world.createKiller('mail/killer-2', 'process.exit');
    const { results } = await post({ secretIds: ['mail/killer-1', ...GOOD, 'mail/killer-2'] });
    expect(wordsOf(results)).toEqual([
      'mail/killer-1 crashed',
      ...GOOD.map((name) => `${name} valid`),
      'mail/killer-2 crashed',
    ]);
  });

  it('says so of the only one, which is tried once', async () => {
    world.createKiller('mail/killer');
    const { results } = await post({ secretIds: ['mail/killer'] });
    expect(wordsOf(results)).toEqual(['mail/killer crashed']);
    expect(results[0]?.message).toMatch(/Runtime\.ExitError/);
    expect(world.lambda.invocations).toHaveLength(2);
  });

  it('leaves of the 29 seconds what each alone needs, should their process hang', async () => {
    for (const name of GOOD) world.create(name);
    const before = Date.now();
    await post({ secretIds: GOOD }, 29_000);
    const [{ event } = { event: {} }] = world.lambda.invocations;
    const { answerBy } = (event as Apart).apart;
    expect(answerBy - before).toBeGreaterThanOrEqual(20_000);
    expect(answerBy - Date.now()).toBeLessThanOrEqual(20_000);
  });

  it('takes one process more while none ends, and one login each', async () => {
    for (const name of GOOD) world.create(name);
    const before = world.smtp.logins.length;
    const { results } = await post({ secretIds: GOOD });
    expect(wordsOf(results)).toEqual(GOOD.map((name) => `${name} valid`));
    expect(world.lambda.invocations).toHaveLength(2);
    expect(world.smtp.logins.length - before).toBe(GOOD.length);
  });

  it('is the same as a direct event', async () => {
    world.create('mail/a');
    world.createKiller('mail/killer');
    const { answer } = await world.lambda.run('validate', { secretIds: ['mail/killer', 'mail/a'] });
    expect(answer).toMatchObject({ results: [{ error: 'crashed' }, { verdict: 'valid' }] });
  });

  it.each([429, 403])('answers from one process when Lambda runs no other: %i', async (status) => {
    for (const name of GOOD) world.create(name);
    world.lambda.refusals.push(...Array<number>(5).fill(status));
    const { results } = await post({ secretIds: GOOD });
    expect(wordsOf(results)).toEqual(GOOD.map((name) => `${name} valid`));
    expect(world.lambda.invocations).toHaveLength(1);
    expect(world.lambda.logged.map(({ event }) => event)).toContain('bulkhead.refused');
  });
});

it('a secret whose turn came too late is not said to have ended anything', async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', world.lambda.url);
  const secretIds = [world.createKiller('mail/killer'), world.create('mail/a')];
  const answers = await answersFor(secretIds, {
    lambda: invoker(),
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:retire',
    togetherBy: Date.now() + 60_000,
    aloneBy: Date.now,
    here: () => expect.unreachable('Lambda runs it'),
    crashed: () => 'crashed',
    failed: (_secretId, error) => error,
  });
  expect(answers).toEqual([expect.any(OutOfTime), expect.any(OutOfTime)]);
  expect(world.lambda.invocations).toHaveLength(1);
});

describe('POST /validations with one secret', () => {
  it('needs one process', async () => {
    world.create('mail/a');
    await world.lambda.run('validate', { secretId: 'mail/a' });
    expect(world.lambda.invocations).toMatchObject([{ ended: { answer: { verdict: 'valid' } } }]);
  });
});
