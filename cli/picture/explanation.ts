import type { Check } from '../../functions/audit/check.ts';
import { FACT_WORDS, PRACTICES } from '../../functions/audit/check.ts';
import { Page, type Paint } from './page.ts';
import { SEVERITY_STYLE } from './severity.ts';

/** One check for a person to read, in lines of at most `columns`. */
export function explanation(check: Check, columns: number, paint: Paint): string {
  const { id, title, severity, practices, needs, why, remediation, reference } = check;
  const page = new Page(columns, paint);
  page.line([title, 'bold'], [' '], [severity, SEVERITY_STYLE[severity]]);
  page.line();
  page.fact('check', id);
  page.fact('serves', practices.map((number) => `${number} ${PRACTICES[number]}`).join(', '));
  page.fact('looks at', needs.map((fact) => FACT_WORDS[fact]).join('; '));
  page.line();
  page.line(['Why it matters', 'bold']);
  page.paragraph(why);
  page.line();
  page.line(['How to fix it', 'bold']);
  page.paragraph(remediation);
  page.line();
  page.line([`${reference.title}: ${reference.url}`, 'dim']);
  return page.toString();
}
