import type { OperationAnswer } from '../../functions/api/operation-state.ts';
import { Page, type Paint, type Style } from './page.ts';

/** One operation for a person to read, in lines of at most `columns`. */
export function operationPicture(operation: OperationAnswer, columns: number, paint: Paint): string {
  const page = new Page(columns, paint);
  page.fact('secret', operation.secretArn);
  page.fact('operation', `${operation.operation}${operation.fix ? ' --fix' : ''} ${operation.operationId}`);
  if (operation.endpoint !== null) page.fact('endpoint', operation.endpoint);
  page.fact('caller', operation.caller);
  if (operation.reason !== null) page.fact('reason', operation.reason);
  drawSteps(page, operation.steps);
  drawIssues(page, operation.issues);
  drawTimeline(page, operation.timeline);
  page.line();
  page.line([`${operation.result ?? operation.state}`, styleOf(operation)]);
  if (operation.message !== null) page.paragraph(operation.message);
  return page.toString();
}

function styleOf({ state, issues }: OperationAnswer): Style {
  if (state !== 'succeeded') return ['bold', 'red'];
  return issues.length > 0 ? ['bold', 'yellow'] : ['bold', 'green'];
}

function drawSteps(page: Page, steps: OperationAnswer['steps']): void {
  if (steps.length > 0) page.line();
  for (const { at, step, result, durationMs } of steps) {
    page.fact(at.slice(11, 19), `${step}: ${result} (${durationMs} ms)`);
  }
}

function drawIssues(page: Page, issues: OperationAnswer['issues']): void {
  for (const { code, state, nextAction, fixable } of issues) {
    page.line();
    page.line([code, ['bold', 'yellow']]);
    page.paragraph(state);
    page.paragraph(`${fixable ? 'With --fix: ' : ''}${nextAction}`);
  }
}

function drawTimeline(page: Page, timeline: OperationAnswer['timeline']): void {
  if (timeline.length === 0) return;
  page.line();
  page.line(['timeline', 'bold']);
  for (const { at, what } of timeline) page.paragraph(`${at} ${what}`);
}
