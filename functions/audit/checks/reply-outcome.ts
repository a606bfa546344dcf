import type { Reply } from '../../smtp/evidence.ts';
import { fail, type Outcome, pass, unknown } from '../outcome.ts';

/** What a reply says about the step that it answers. */
export function replyOutcome(reply: Reply, step: string): Outcome {
  const { code, enhanced, text } = reply;
  const evidence = `${step} was answered with "${[code, enhanced, text].filter(Boolean).join(' ')}".`;
  if (code >= 200 && code < 300) return pass(evidence);
  return code >= 500 ? fail(evidence) : unknown('temporary', evidence);
}
