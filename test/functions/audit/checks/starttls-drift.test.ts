import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import { server, soundFacts, withMemory, withServer } from '../sound-facts.ts';

const plaintext = { starttls: false, mechanisms: [], overwritten: false, auth: 530, mail: 530 };

test.each([
  ['at the last audit, by its date', withMemory(), /^EHLO listed STARTTLS on 2026-11-23 and no longer does/],
  ['on another port only', withMemory({ port: 2587 }), /^EHLO does not list STARTTLS/],
  ['never', withMemory({ starttls: false }), /^EHLO does not list STARTTLS/],
])('the finding on a missing STARTTLS tells whether it was offered %s', (_when, memory, expected) => {
  const check = CATALOGUE.find(({ id }) => id === 'tls.starttls-offered');
  const facts = { ...soundFacts, ...memory, ...withServer({ ...server, plaintext }) };
  expect(check?.rule(facts)).toMatchObject({ status: 'fail', evidence: expect.stringMatching(expected) });
});
