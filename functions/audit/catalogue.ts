import type { Check } from './check.ts';
import { certificateChecks } from './checks/certificate.ts';
import { cipherChecks } from './checks/ciphers.ts';
import { credentialChecks } from './checks/credential.ts';
import { daneChecks } from './checks/dane.ts';
import { dkimChecks } from './checks/dkim.ts';
import { dmarcChecks } from './checks/dmarc.ts';
import { dnsChecks } from './checks/dns.ts';
import { exposureChecks } from './checks/exposure.ts';
import { iamChecks } from './checks/iam.ts';
import { limitChecks } from './checks/limits.ts';
import { mtaStsChecks } from './checks/mta-sts.ts';
import { opsChecks } from './checks/ops.ts';
import { optInChecks } from './checks/opt-in.ts';
import { practiceEvidenceChecks } from './checks/practice-evidence.ts';
import { privacyChecks } from './checks/privacy.ts';
import { reportingChecks } from './checks/reporting.ts';
import { secretChecks } from './checks/secret.ts';
import { secretAccessChecks } from './checks/secret-access.ts';
import { sesChecks } from './checks/ses.ts';
import { sesSendingChecks } from './checks/ses-sending.ts';
import { smtpChecks } from './checks/smtp.ts';
import { spfChecks } from './checks/spf.ts';
import { tlsChecks } from './checks/tls.ts';
import { valueChecks } from './checks/value.ts';

/** Every check of the audit, each with its rule and its advice beside it; the order of the report among equals. */
export const CATALOGUE: readonly Check[] = [
  ...credentialChecks,
  ...limitChecks,
  ...tlsChecks,
  ...cipherChecks,
  ...certificateChecks,
  ...smtpChecks,
  ...dnsChecks,
  ...spfChecks,
  ...dkimChecks,
  ...dmarcChecks,
  ...mtaStsChecks,
  ...reportingChecks,
  ...daneChecks,
  ...optInChecks,
  ...valueChecks,
  ...exposureChecks,
  ...secretChecks,
  ...secretAccessChecks,
  ...iamChecks,
  ...sesChecks,
  ...sesSendingChecks,
  ...opsChecks,
  ...privacyChecks,
  ...practiceEvidenceChecks,
];
