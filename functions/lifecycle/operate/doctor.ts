import { type Action, act, type Decision, finish, nameOf, type Progress } from './decision.ts';
import { diagnose, type Examined, type Finding } from './diagnosis.ts';

export interface Diagnosed {
  readonly decision: Decision;
  readonly findings: readonly Finding[];
}

/** Says what is wrong; with `fix` it fixes, one finding at a time, what it safely can. */
export function decideDoctor(examined: Examined, { done }: Progress, fix: boolean): Diagnosed {
  const findings = diagnose(examined);
  const [next] = fix ? findings.flatMap((finding) => untried(finding, done)) : [];
  if (next) return { decision: act(next), findings };
  return { decision: verdict(findings, done), findings };
}

/** What was tried and is still there is left to a person. */
function untried({ fix }: Finding, done: Progress['done']): Action[] {
  return fix && !done.has(nameOf(fix)) ? [fix] : [];
}

function verdict(findings: readonly Finding[], done: Progress['done']): Decision {
  const fixed = done.size > 0 ? ` ${done.size} changes were made.` : '';
  if (findings.length > 0) return finish('findings', `${findings.length} findings.${fixed}`);
  return done.size > 0
    ? finish('fixed', `Nothing is wrong any more.${fixed}`)
    : finish('healthy', 'Nothing is wrong.');
}
