import { known } from '../../../functions/audit/check.ts';
import type { CredentialFacts } from '../../../functions/audit/subjects/credential.ts';
import { type DkimSelector, parseDkimKey } from '../../../functions/mail-domain/dkim/dkim.ts';
import { type DmarcFacts, parseDmarcRecord } from '../../../functions/mail-domain/dmarc/dmarc.ts';
import type { DomainFacts } from '../../../functions/mail-domain/domains.ts';
import type { RouteFacts } from '../../../functions/mail-domain/route-facts.ts';
import type { OneRecord, SpfFacts } from '../../../functions/mail-domain/spf/spf.ts';

const DOMAIN = 'shop.example.com';
export const POLICY_TYPE = 'text/plain; charset=utf-8';
export const POLICY = 'version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 604800\n';

const only: OneRecord = {
  text: 'v=spf1 include:amazonses.com -all',
  evaluation: { result: 'fail', detail: '', lookups: 1, voids: 0 },
  survey: {
    lookups: 1,
    cut: false,
    ranges: [],
    addresses: 5120,
    ptr: [],
    manyMx: [],
    included: ['amazonses.com'],
    all: '-',
  },
};

/** An SPF record that is sound but for `changes`. */
export const spfOf = (changes: Partial<OneRecord> = {}, domain = DOMAIN): SpfFacts => ({
  domain,
  records: known([only.text]),
  only: { ...only, ...changes },
});
export const surveyOf = (changes: Partial<OneRecord['survey']>) =>
  withDomain({ spf: spfOf({ survey: { ...only.survey, ...changes } }) });
export const evaluationOf = (changes: Partial<OneRecord['evaluation']>) =>
  withDomain({ spf: spfOf({ evaluation: { ...only.evaluation, ...changes } }) });

/** A policy that applies to the sender domain. `at` is where its record is. */
export const dmarcOf = (
  text: string,
  changes: Partial<DmarcFacts> = {},
  at: string = DOMAIN,
): DomainFacts['dmarc'] => {
  const applied = { domain: at, texts: [text], records: [parseDmarcRecord(text)] };
  const own = { domain: DOMAIN, texts: [], records: [] };
  const steps = at === DOMAIN ? [applied] : [own, applied];
  return known({ steps, organization: 'example.com', applied, exists: true, receivers: [], ...changes });
};

export const selectorOf = (
  text: string | null,
  changes: Partial<Omit<DkimSelector, 'key'>> = {},
): DkimSelector => ({
  name: 'token1',
  domain: DOMAIN,
  source: 'ses',
  key: known(text === null ? null : parseDkimKey(text)),
  ...changes,
});

export const ED25519 = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

export const route: RouteFacts = {
  host: 'email-smtp.us-east-1.amazonaws.com',
  provider: { name: 'Amazon SES', spf: ['amazonses.com'], mailFrom: 'service' },
  providerRanges: [],
  addresses: known([]),
  caa: known([{ critical: false, tag: 'issue', value: 'amazon.com' }]),
};

/** A domain with which all is well; no check fails or warns. */
export const soundDomain: DomainFacts = {
  domain: DOMAIN,
  mx: known([{ preference: 10, exchange: 'mx1.example.com' }]),
  hasAddress: known(true),
  dnssec: known('secure'),
  spf: spfOf(),
  dkim: [selectorOf(ED25519)],
  dmarc: dmarcOf('v=DMARC1; p=reject; rua=mailto:reports@example.com'),
  mtaSts: {
    records: known(['v=STSv1; id=20261101']),
    policy: { kind: 'answered', status: 200, type: POLICY_TYPE, body: POLICY },
  },
  tlsRpt: known(['v=TLSRPTv1; rua=mailto:reports@example.com']),
  bimi: known(['v=BIMI1; l=https://example.com/logo.svg']),
  dane: [],
  route,
  envelope: spfOf({}, 'bounce.example.com'),
};

export const withDomain = (changes: Partial<DomainFacts>): Partial<CredentialFacts> => ({
  domain: known({ ...soundDomain, ...changes }),
});
