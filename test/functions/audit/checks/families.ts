import type { Cases } from './case.ts';
import { certificateCases } from './certificate.cases.ts';
import { cipherCases } from './ciphers.cases.ts';
import { credentialCases } from './credential.cases.ts';
import { daneCases } from './dane.cases.ts';
import { dkimCases } from './dkim.cases.ts';
import { dmarcCases } from './dmarc.cases.ts';
import { dnsCases } from './dns.cases.ts';
import { iamCases } from './iam.cases.ts';
import { mtaStsCases } from './mta-sts.cases.ts';
import { opsCases } from './ops.cases.ts';
import { optInCases } from './opt-in.cases.ts';
import { secretCases } from './secret.cases.ts';
import { secretAccessCases } from './secret-access.cases.ts';
import { sesCases } from './ses.cases.ts';
import { sesSendingCases } from './ses-sending.cases.ts';
import { smtpCases } from './smtp.cases.ts';
import { spfCases } from './spf.cases.ts';
import { tlsCases } from './tls.cases.ts';
import { exposureCases, valueCases } from './value.cases.ts';

/** The cases of every check of the catalogue, family by family. */
export const FAMILIES: readonly Cases[] = [
  certificateCases,
  cipherCases,
  credentialCases,
  daneCases,
  dkimCases,
  dmarcCases,
  dnsCases,
  exposureCases,
  iamCases,
  mtaStsCases,
  opsCases,
  optInCases,
  secretAccessCases,
  secretCases,
  sesSendingCases,
  sesCases,
  smtpCases,
  spfCases,
  tlsCases,
  valueCases,
];
