import { describe, expect, it } from 'vitest';
import { ValueComparison } from '../../../../functions/audit/facts/value-comparison.ts';
import { SecretStore } from '../../../../functions/secrets/store.ts';
import { InProcessSecretsManager } from '../../../support/aws/secrets-manager.ts';

const PASSWORD = 'canary-V8kq2LxZr9Tn4WsB';
const value = (password: string) =>
  JSON.stringify({ host: 'mail.example.com', port: 465, username: 'ada', password });

/** All secrets carry one owner. */
async function compared(
  passwords: Readonly<Record<string, string | undefined>>,
  plain: readonly string[] = [],
  goOn = () => true,
) {
  const secrets = new InProcessSecretsManager();
  const arns: Record<string, string> = {};
  for (const [name, password] of Object.entries(passwords))
    arns[name] = secrets.create(name, password === undefined ? undefined : value(password));
  const comparison = new ValueComparison(new SecretStore(secrets.client), goOn);
  for (const text of plain) comparison.addPlain(text);
  const passedOn: string[] = [];
  for await (const { arn } of comparison.reading(listed(Object.values(arns)))) passedOn.push(arn);
  expect(passedOn).toEqual(Object.values(arns));
  return { arns, result: comparison.result(), comparison };
}

async function* listed(arns: readonly string[]) {
  for (const arn of arns) yield { arn, owner: 'ada@example.com' };
}

describe('secrets', () => {
  it('with the same password are found, however many lie between', async () => {
    const others = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`other-${index}`, `V8kq2LxZr9Tn4WsB-${index}`]),
    );
    const { arns, result } = await compared({ first: PASSWORD, ...others, last: PASSWORD });
    expect(result.reused).toEqual([{ arns: [arns.first, arns.last], elsewhere: false }]);
    expect(result).toMatchObject({ exposed: [], unread: [], complete: true });
  });

  it('without a password are like no other', async () => {
    const { result } = await compared({ first: undefined, second: undefined });
    expect(result).toEqual({ reused: [], exposed: [], unread: [], complete: true });
  });

  it('that could not be read for want of time are named, up to a thousand', async () => {
    const two = await compared({ a: PASSWORD, b: PASSWORD }, [], () => false);
    expect(two.result).toMatchObject({ reused: [], unread: Object.values(two.arns), complete: true });
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`s${index}`, PASSWORD]));
    const { result } = await compared(many, [], () => false);
    expect(result.unread).toHaveLength(1000);
    expect(result.complete).toBe(false);
  });
});

describe('a password', () => {
  it.each([
    ['as it is', PASSWORD],
    ['in a URL', `smtps://ada:${PASSWORD}@mail.example.com:465`],
    ['in a URL, encoded', `smtps://ada:${PASSWORD.replace('-', '%2D')}@mail.example.com`],
  ])('is found in the environment of a function, %s', async (_name, text) => {
    const { arns, result } = await compared({ shop: PASSWORD, other: 'V8kq2LxZr9Tn4WsB' }, [text]);
    expect(result.exposed).toEqual([arns.shop]);
  });

  it('that is shorter than any password is not searched for', async () => {
    const { result } = await compared({ shop: 'short' }, ['short']);
    expect(result.exposed).toEqual([]);
  });
});

it('no value and nothing made from one leaves the comparison', async () => {
  const { result, comparison } = await compared({ a: PASSWORD, b: PASSWORD }, [PASSWORD]);
  expect(result.reused).toHaveLength(1);
  expect(JSON.stringify(result)).not.toMatch(/canary|[A-Za-z0-9+/]{22}==/);
  expect(JSON.stringify(comparison)).toBe('{}');
});
