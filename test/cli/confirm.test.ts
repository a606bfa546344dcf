import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { confirm } from '../../cli/confirm.ts';
import type { OperationName } from '../../functions/lifecycle/operate/operation.ts';

function terminal(typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  input.end(typed);
  return { input: input as unknown as NodeJS.ReadStream, output: new PassThrough() };
}

const asked = (typed: string, operation: OperationName) => {
  const { input, output } = terminal(typed);
  return confirm(operation, 'keyturn/orders', input, output as unknown as NodeJS.WriteStream);
};

it.each(['rollback', 'compromised', 'accept-endpoint'] as const)(
  '%s goes on only when its secret id is typed',
  async (operation) => {
    expect(await asked('keyturn/orders\n', operation)).toBeNull();
    expect(await asked('yes\n', operation)).toEqual({ kind: 'refused', message: 'Nothing was done.' });
  },
);

it.each(['rotate', 'doctor'] as const)('%s is not asked about', async (operation) => {
  expect(await asked('', operation)).toBeNull();
});

it('says what will happen before it asks', async () => {
  const { input, output } = terminal('no\n');
  const shown = text(output);
  await confirm('compromised', 'keyturn/orders', input, output as unknown as NodeJS.WriteStream);
  output.end();
  expect(await shown).toContain('clients that cached one of them fail until they refresh');
});
