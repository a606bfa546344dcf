import type { Fact } from './check.ts';

/** What stands behind each fact, for people. */
export const FACT_WORDS: Readonly<Record<Fact, string>> = {
  secret: 'the description of the secret',
  value: 'the value of the secret, in memory only',
  login: 'one login',
  server: 'a probe of the mail server',
  domain: 'DNS records of the domain',
  iam: 'the IAM user of the credential',
  ses: 'Amazon SES',
  account: 'settings of the AWS account',
  history: 'what the last audit saw',
};
