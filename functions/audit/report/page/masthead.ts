import type { Run } from '../../run/run.ts';
import { EMPTY, type Html, html } from '../html.ts';
import type { Report } from '../report.ts';
import { moment } from './dates.ts';

/** Secrets Manager's, up to the name of the secret. */
const ARN = /^arn:[\w-]+:secretsmanager:(?<region>[a-z0-9-]+):(?<account>\d{12}):/;

/** The head of every page of one audit; `credentials` say which account and region it was. */
export function masthead({ startedAt }: Run, credentials: Report['credentials']): Html {
  const { account, region } = ARN.exec(credentials[0]?.secretArn ?? '')?.groups ?? {};
  return html`<p class="brand">Keyturn</p>
<h1>Audit of the SMTP credentials</h1>
<p class="muted"><time datetime="${startedAt}">${moment(startedAt)}</time>${account && region ? html`<br>AWS account ${account}, ${region}` : EMPTY}</p>`;
}
