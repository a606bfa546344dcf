import type { Severity } from '../../functions/audit/check.ts';
import type { Style } from './page.ts';

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'dim',
};
