import { expect, it } from 'vitest';
import { practiceEvidenceChecks } from '../../../../functions/audit/checks/practice-evidence.ts';
import { soundFacts, withDescription } from '../sound-facts.ts';

const [advice = expect.unreachable()] = practiceEvidenceChecks;
const found = (tags: Record<string, string>) =>
  advice.rule({ ...soundFacts, ...withDescription({ tags: { 'keyturn:managed': 'true', ...tags } }) });

it.each([
  ['an owner', { 'keyturn:owner': 'ada@example.com' }, 'The tag keyturn:owner names an owner.'],
  ['none', {}, 'No tag keyturn:owner'],
])(
  'says of a secret with %s who hears of the findings, and never that people are educated',
  (_, tags, words) => {
    const { status, evidence } = found(tags);
    expect(status).toBe('info');
    expect(evidence).toContain(words);
    expect(evidence).not.toContain('ada');
  },
);
