import { Command, CommanderError } from 'commander';
import type { Check } from '../functions/audit/check.ts';
import { CATALOGUE } from '../functions/audit/checks/catalogue.ts';
import type { AuditSummary } from '../functions/audit/report/report.ts';
import { suggestionOf } from './command-line.ts';
import type { Failure } from './outcome.ts';

export interface AuditCommand {
  /** The runId of an audit, or `latest`. */
  readonly id: string;
  readonly apiUrl?: string;
}

export type Audited = { readonly kind: 'audited'; readonly audit: AuditSummary } | Failure;
export type Explained = { readonly kind: 'explained'; readonly check: Check } | Failure;

/** As functions/audit/run/run.ts has it; what is no id is not sent. */
const RUN_ID = /^\w[\w.-]{0,79}$/;

/** What an audit found. It starts none: its schedule does, or an operator, with StartExecution and MFA. */
export async function audit(command: AuditCommand): Promise<Audited> {
  // Not before: `explain` is offline, and need not wait for the SDK.
  const { Api, apiUrl, NO_API } = await import('./api.ts');
  const url = apiUrl(command.apiUrl ?? process.env.KEYTURN_API_URL);
  if (!url) return { kind: 'refused', message: NO_API };
  if (!RUN_ID.test(command.id))
    return { kind: 'refused', message: 'Expected the id of an audit, or none for the latest.' };
  const answered = await new Api(url).audit(command.id);
  return answered.kind === 'answer' ? { kind: 'audited', audit: answered.answer } : answered;
}

/** Offline, from the catalogue. What was typed is not repeated: it may be something else, in the wrong place. */
export function explain(id: string): Explained {
  const check = CATALOGUE.find((one) => one.id === id.toLowerCase());
  if (check) return { kind: 'explained', check };
  const suggestion = similarTo(id.toLowerCase().replace(/^-+/, '')) ?? 'docs/checks.md has them all';
  return { kind: 'refused', message: `There is no such check. ${suggestion}` };
}

/** To commander, which knows what is similar, each check is a command. */
function similarTo(id: string): string | undefined {
  const checks = new Command().exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const check of CATALOGUE) checks.command(check.id);
  try {
    checks.parse([id], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return suggestionOf(error);
    throw error;
  }
  return undefined;
}
