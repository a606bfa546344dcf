import type { Check } from '../check.ts';
import { certificateChecks } from './certificate.ts';
import { cipherChecks } from './ciphers.ts';
import { credentialChecks } from './credential.ts';
import { daneChecks } from './dane.ts';
import { dkimChecks } from './dkim.ts';
import { dmarcChecks } from './dmarc.ts';
import { dnsChecks } from './dns.ts';
import { iamChecks } from './iam.ts';
import { mtaStsChecks } from './mta-sts.ts';
import { opsChecks } from './ops.ts';
import { optInChecks } from './opt-in.ts';
import { secretChecks } from './secret.ts';
import { secretAccessChecks } from './secret-access.ts';
import { sesChecks } from './ses.ts';
import { sesSendingChecks } from './ses-sending.ts';
import { smtpChecks } from './smtp.ts';
import { spfChecks } from './spf.ts';
import { tlsChecks } from './tls.ts';
import { valueChecks } from './value.ts';

/** Every check of the audit, each with its rule and its advice beside it; the order of the report among equals. */
export const CATALOGUE: readonly Check[] = [
  ...credentialChecks,
  ...tlsChecks,
  ...cipherChecks,
  ...certificateChecks,
  ...smtpChecks,
  ...dnsChecks,
  ...spfChecks,
  ...dkimChecks,
  ...dmarcChecks,
  ...mtaStsChecks,
  ...daneChecks,
  ...optInChecks,
  ...valueChecks,
  ...secretChecks,
  ...secretAccessChecks,
  ...iamChecks,
  ...sesChecks,
  ...sesSendingChecks,
  ...opsChecks,
];
