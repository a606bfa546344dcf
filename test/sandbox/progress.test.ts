import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { Progress, StepFailed } from '../../sandbox/progress.ts';

const ESCAPE = '\u001b';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { out: { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 }, written };
}

test('writes one plain line a step with its time, and the details under it', async () => {
  const { out, written } = terminal(false);
  const result = await new Progress(out, {}).step('log in', async (step) => {
    step.detail('accepted');
    return 235;
  });
  expect(result).toBe(235);
  expect(written.join('')).toMatch(/^✔ {4}0\.0 s {2}log in\n {12}accepted\n$/);
});

test('marks a step that fails and says which one it was', async () => {
  const { out, written } = terminal(false);
  const failing = new Progress(out, {}).step('log in', () => Promise.reject(new Error('refused')));
  await expect(failing).rejects.toThrow(expect.objectContaining({ step: 'log in', message: 'refused' }));
  await expect(failing).rejects.toBeInstanceOf(StepFailed);
  expect(written.join('')).toMatch(/^✘ .* log in\n$/);
});

test.each([
  ['a terminal', true, {}, true],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ['a pipe', false, {}, false],
] as const)('on %s colours and moving lines are there: %s', async (_case, isTTY, env, expected) => {
  const { out, written } = terminal(isTTY);
  const progress = new Progress(out, env);
  await progress.step('log in', async () => {});
  progress.heading('Findings');
  expect(written.join('').includes(ESCAPE)).toBe(expected);
});

test('on a terminal no line is wider than it, or the moving line would end up elsewhere', async () => {
  const { out, written } = terminal(true);
  await new Progress(out, {}).step('x'.repeat(200), async (step) => step.detail('y'.repeat(200)));
  const lines = stripVTControlCharacters(written.join('')).split(/[\r\n]+/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
});
