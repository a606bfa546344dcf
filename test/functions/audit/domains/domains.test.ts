import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Gathered, known, type Outcome } from '../../../../functions/audit/check.ts';
import { daneChecks } from '../../../../functions/audit/checks/dane.ts';
import { dkimChecks } from '../../../../functions/audit/checks/dkim.ts';
import { dmarcChecks } from '../../../../functions/audit/checks/dmarc.ts';
import { dnsChecks } from '../../../../functions/audit/checks/dns.ts';
import { mtaStsChecks } from '../../../../functions/audit/checks/mta-sts.ts';
import { spfChecks } from '../../../../functions/audit/checks/spf.ts';
import type { DomainFacts } from '../../../../functions/mail-domain/domains.ts';
import { RunDns } from '../../../../functions/net/dns/dns.ts';
import { DnsOverHttps } from '../../../../functions/net/dns/over-https.ts';
import { SystemDns } from '../../../../functions/net/dns/system-dns.ts';
import { startZoneServer, type ZoneServer } from '../../../support/dns/zone-server.ts';
import { ses, soundFacts } from '../sound-facts.ts';
import { type Case, cases, credentialOf, domainsOf } from './zone-lab.ts';

const CHECKS = [...dnsChecks, ...spfChecks, ...dkimChecks, ...dmarcChecks, ...mtaStsChecks, ...daneChecks];
/** Never known of a credential that is not of Amazon SES, and in a first audit. */
const BEYOND_DNS = ['dmarc.alignment', 'dkim.age'];

const zones = cases();
let server: ZoneServer;
beforeAll(async () => {
  server = await startZoneServer(zones.map(({ zone }) => zone));
});
afterAll(() => server.close());

const gathered = new Map<string, Promise<Gathered<DomainFacts>>>();

/** Asked once for all tests of a zone. */
function domainFacts({ name, zone }: Case): Promise<Gathered<DomainFacts>> {
  const lookup = new SystemDns([server.address]);
  const validator = new DnsOverHttps('https://dns.test/dns-query', server.fetch);
  const dns = new RunDns({ lookup, validator, remainingMs: () => 60_000 });
  const facts = gathered.get(name) ?? domainsOf(zone, dns).facts(credentialOf(zone), ses);
  gathered.set(name, facts);
  return facts;
}

async function outcomes(one: Case): Promise<(Outcome & { readonly check: string })[]> {
  const credential = credentialOf(one.zone);
  const domain = await domainFacts(one);
  const content = known({ kind: 'credential' as const, credential });
  return CHECKS.map(({ id, rule }) => ({ ...rule({ ...soundFacts, content, domain }), check: id }));
}

it('knows at least forty domains, good and bad', () => {
  expect(zones.length).toBeGreaterThanOrEqual(40);
  expect(zones.filter(({ finds }) => finds.length === 0).length).toBeGreaterThanOrEqual(10);
});

it.each(zones)('$name: finds what is wrong and nothing else', async (one) => {
  const found = (await outcomes(one))
    .filter(({ status, check }) => !BEYOND_DNS.includes(check) && /fail|warn|unknown/.test(status))
    .map((outcome) => `${outcome.check} ${outcome.status === 'unknown' ? outcome.reason : outcome.status}`);
  expect(found.toSorted()).toEqual(one.finds);
});

it.each(zones)('$name: its evidence is plain text, not endless, and without a mail address', async (one) => {
  for (const { evidence } of await outcomes(one)) {
    expect(evidence).not.toMatch(/[@\p{Cc}\p{Cf}]/u);
    expect(evidence.length).toBeLessThan(1100);
  }
});

it('counts the queries of SPF as the evaluation does', async () => {
  const counted: string[] = [];
  for (const one of zones) {
    const facts = await domainFacts(one);
    const record = facts.known ? facts.value.spf.only : null;
    // A macro leads only the evaluation on.
    if (!record || record.text.includes('%') || /error$/.test(record.evaluation.result)) continue;
    expect([one.name, record.survey.lookups]).toEqual([one.name, record.evaluation.lookups]);
    if (record.survey.lookups > 0) counted.push(one.name);
  }
  expect(counted).toContain('spf-eleven-queries');
  expect(counted.length).toBeGreaterThanOrEqual(6);
});
