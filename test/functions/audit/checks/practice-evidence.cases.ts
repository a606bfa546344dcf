import { withDescription } from '../sound-facts.ts';
import type { Cases } from './case.ts';

export const practiceEvidenceCases: Cases = {
  'edu.advice': [
    ['no owner', {}, 'info'],
    ['an owner', withDescription({ tags: { 'keyturn:owner': 'ada@example.com' } }), 'info'],
  ],
};
