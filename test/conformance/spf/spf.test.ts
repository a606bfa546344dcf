import { expect, it } from 'vitest';
import { checkHost } from '../../../functions/mail-domain/spf/check-host.ts';
import { ScenarioDns } from './scenario-dns.ts';
import { openSpfSuite, type Scenario, type SpfCase } from './suite.ts';

const cases = openSpfSuite().flatMap((scenario) => scenario.cases.map((one) => ({ scenario, ...one })));

const evaluate = ({ scenario, helo, host, mailfrom }: SpfCase & { scenario: Scenario }) =>
  checkHost({ ip: host, helo, sender: mailfrom }, new ScenarioDns(scenario));

it('our evaluation gives the result that the OpenSPF suite for RFC 7208 asks for', async () => {
  const wrong: string[] = [];
  for (const one of cases) {
    const { result } = await evaluate(one);
    if (!one.results.includes(result)) wrong.push(`${one.name}: ${result}, not ${one.results.join(' or ')}`);
  }
  console.log(`OpenSPF suite for RFC 7208: ${cases.length - wrong.length} of ${cases.length} results right`);
  expect(wrong).toEqual([]);
  expect(cases).toHaveLength(203);
});
