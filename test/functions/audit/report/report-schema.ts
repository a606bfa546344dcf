import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { auditReport } from '../../../../functions/api/audit-report.ts';
import { closed } from '../../../support/api-schema.ts';

/** Of report.json, as it is published. */
export const reportSchema = {
  title: 'Keyturn audit report (report.json)',
  ...toJsonSchema(auditReport, {
    target: 'draft-2020-12',
    typeMode: 'input',
    ignoreActions: ['readonly'],
  }),
};

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
ajvFormats.default(ajv);
const validate = ajv.compile(closed(reportSchema) as object);

/** What is wrong with a report that was read from JSON, a field that the schema does not name too. */
export function schemaErrors(report: unknown): unknown[] {
  return validate(report) ? [] : (validate.errors ?? []);
}
