import type { Security } from '../../functions/net/endpoint.ts';
import type { LoginEvidence, Stage, StageTime } from '../../functions/smtp/evidence.ts';
import type { Page } from './page.ts';

const ORDER: Readonly<Record<Security, readonly Stage[]>> = {
  tls: ['dns', 'connect', 'tls', 'greeting', 'ehlo', 'auth'],
  starttls: ['dns', 'connect', 'greeting', 'ehlo', 'starttls', 'tls', 'ehlo', 'auth'],
};
/** Of mark, name and time: `✔ starttls   12345 ms  `. */
const TEXT_COLUMNS = 23;
const STOPPED = '  stopped here';

/** Each stage with its time, drawn as a bar from when it began to when it ended. */
export function drawDialogue(page: Page, { stages, failure, endpoint, timings }: LoginEvidence): void {
  const reached = stages.filter(({ stage }) => stage !== 'done');
  const width = page.columns - TEXT_COLUMNS - STOPPED.length;
  for (const [index, { stage, ms, bar }] of bars(reached, width).entries()) {
    const stopped = failure !== null && index === reached.length - 1;
    page.line(
      stopped ? ['✘ ', 'red'] : ['✔ ', 'green'],
      [`${stage.padEnd(9)}${milliseconds(ms)}  `],
      [bar, stopped ? 'red' : 'cyan'],
      [stopped ? STOPPED : ''],
    );
  }
  for (const stage of ORDER[endpoint.security].slice(reached.length)) {
    page.line([`· ${stage.padEnd(9)}  not reached`, 'dim']);
  }
  page.line([`  ${'total'.padEnd(9)}${milliseconds(timings.totalMs)}`]);
}

function milliseconds(ms: number): string {
  return `${String(ms).padStart(7)} ms`;
}

function bars(stages: readonly StageTime[], width: number): (StageTime & { readonly bar: string })[] {
  const totalMs = Math.max(
    1,
    stages.reduce((sum, { ms }) => sum + ms, 0),
  );
  const column = (ms: number) => Math.round((ms / totalMs) * width);
  let begunMs = 0;
  return stages.map(({ stage, ms }) => {
    const from = Math.min(column(begunMs), width - 1);
    begunMs += ms;
    const length = column(begunMs) - from;
    return { stage, ms, bar: ' '.repeat(from) + (length > 0 ? '█'.repeat(length) : '▏') };
  });
}
