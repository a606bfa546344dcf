import { type Decision, finish, type Next, nameOf, type Progress } from './decision.ts';
import { diagnose, type Examined, type Issue } from './diagnosis.ts';

export interface Diagnosed {
  readonly decision: Decision;
  readonly issues: readonly Issue[];
}

/** Says what is wrong; with `fix` it fixes, one issue at a time, what it safely can. */
export function decideDoctor(examined: Examined, { done }: Progress, fix: boolean): Diagnosed {
  const issues = diagnose(examined);
  const [next] = fix ? issues.flatMap((issue) => untried(issue, done)) : [];
  if (next) return { decision: next, issues };
  return { decision: verdict(issues, done), issues };
}

/** What was tried and is still there is left to a person. */
function untried({ fix }: Issue, done: Progress['done']): Next[] {
  const isTried = fix?.kind === 'act' && done.has(nameOf(fix));
  return fix && !isTried ? [fix] : [];
}

function verdict(issues: readonly Issue[], done: Progress['done']): Decision {
  const fixed = done.size > 0 ? ` ${done.size} changes were made.` : '';
  if (issues.length > 0)
    return finish('issues', `${issues.length} ${issues.length === 1 ? 'issue' : 'issues'}.${fixed}`);
  return done.size > 0
    ? finish('fixed', `Nothing is wrong any more.${fixed}`)
    : finish('healthy', 'Nothing is wrong.');
}
