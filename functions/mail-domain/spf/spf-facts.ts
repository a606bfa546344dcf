import type { DnsResolver } from '../../net/dns/dns.ts';
import type { Gathered } from '../../net/gathered.ts';
import { published } from '../published.ts';
import { checkHost, type SpfEvaluation } from './check-host.ts';
import { SPF_VERSION } from './spf-record.ts';
import { type SpfSurvey, surveySpf } from './spf-survey.ts';

export interface SpfFacts {
  readonly domain: string;
  readonly records: Gathered<readonly string[]>;
  /** Null unless there is exactly one record. */
  readonly only: OneRecord | null;
}

export interface OneRecord {
  readonly text: string;
  /** For a client whom the record should not know; limits are counted, not enforced. */
  readonly evaluation: SpfEvaluation;
  readonly survey: SpfSurvey;
}

/** RFC 5737: an address that nobody sends from. */
const NOBODY = '192.0.2.1';
/** Beyond any number that a check tells apart. */
const COUNT_ON = { lookups: 40, voids: 40 };

/** The SPF policy of one domain, evaluated for nobody in particular. */
export async function spfFacts(dns: DnsResolver, domain: string): Promise<SpfFacts> {
  const records = await published(dns, domain, SPF_VERSION);
  const [text, ...others] = records.known ? records.value : [];
  if (text === undefined || others.length > 0) return { domain, records, only: null };
  const question = { ip: NOBODY, helo: domain, sender: `postmaster@${domain}` };
  const evaluation = await checkHost(question, dns, COUNT_ON);
  return { domain, records, only: { text, evaluation, survey: await surveySpf(dns, domain, text) } };
}
