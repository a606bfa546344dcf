import type { AuditSummary } from '../functions/audit/report/audit-summary.ts';
import { Api } from './api.ts';
import { apiUrl, NO_API } from './api-url.ts';
import type { Failure } from './exit-code.ts';

export interface AuditCommand {
  /** The runId of an audit, or `latest`. */
  readonly id: string;
  readonly apiUrl?: string;
}

export type Audited = { readonly kind: 'audited'; readonly audit: AuditSummary } | Failure;

/** As functions/audit/run/run.ts has it; what is no id is not sent. */
const RUN_ID = /^\w[\w.-]{0,79}$/;

/** What an audit found. It starts none: its schedule does, or an operator, with StartExecution and MFA. */
export async function audit(command: AuditCommand): Promise<Audited> {
  const url = apiUrl(command.apiUrl ?? process.env.KEYTURN_API_URL);
  if (!url) return { kind: 'refused', message: NO_API };
  if (!RUN_ID.test(command.id))
    return { kind: 'refused', message: 'Expected the id of an audit, or none for the latest.' };
  const answered = await new Api(url).audit(command.id);
  return answered.kind === 'answer' ? { kind: 'audited', audit: answered.answer } : answered;
}
