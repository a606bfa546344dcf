import type { Behaviour } from '../behaviour.ts';
import { ACCEPTED_LOGINS } from './accepted.ts';
import { BEFORE_AUTH } from './before-auth.ts';
import { HOSTILE } from './hostile.ts';
import { INCONCLUSIVE_REPLIES } from './inconclusive.ts';
import { REFUSED_LOGINS } from './refused.ts';
import { UNTRUSTED } from './untrusted.ts';

export const BEHAVIOURS: readonly Behaviour[] = [
  ...ACCEPTED_LOGINS,
  ...REFUSED_LOGINS,
  ...INCONCLUSIVE_REPLIES,
  ...BEFORE_AUTH,
  ...UNTRUSTED,
  ...HOSTILE,
];
