import type { Check } from './check.ts';
import { certificateChecks } from './checks/certificate.ts';
import { credentialChecks } from './checks/credential.ts';
import { iamChecks } from './checks/iam.ts';
import { secretChecks } from './checks/secret.ts';
import { sesChecks } from './checks/ses.ts';
import { smtpChecks } from './checks/smtp.ts';
import { tlsChecks } from './checks/tls.ts';
import { valueChecks } from './checks/value.ts';

/** Every check of the audit, each with its rule and its advice beside it; the order of the report among equals. */
export const CATALOGUE: readonly Check[] = [
  ...credentialChecks,
  ...tlsChecks,
  ...certificateChecks,
  ...smtpChecks,
  ...valueChecks,
  ...secretChecks,
  ...iamChecks,
  ...sesChecks,
];
