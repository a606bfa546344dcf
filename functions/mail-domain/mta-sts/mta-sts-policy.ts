export type MtaStsMode = 'enforce' | 'testing' | 'none';

/** A policy file of RFC 8461 section 3.2. */
export interface MtaStsPolicy {
  readonly mode: MtaStsMode | null;
  /** Host names, or `*.` and a domain that stands for exactly one more label. */
  readonly mx: readonly string[];
  /** Seconds. */
  readonly maxAge: number | null;
  readonly errors: readonly string[];
}

const MODES: readonly string[] = ['enforce', 'testing', 'none'];
const LONGEST_AGE = 31_557_600;
const FIELD_NAME = /^[a-z0-9][a-z0-9_.-]{0,31}$/i;
const PATTERN = /^(\*\.)?([a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}$/i;

export function parseMtaStsPolicy(text: string): MtaStsPolicy {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const fields = lines.map(fieldIn);
  const values = (name: string) => fields.flatMap((field) => (field?.name === name ? [field.value] : []));
  const [version, mode, age] = [values('version')[0], values('mode')[0], values('max_age')[0]];
  const mx = values('mx').map((pattern) => pattern.toLowerCase());
  const maxAge =
    age !== undefined && /^\d{1,10}$/.test(age) && Number(age) <= LONGEST_AGE ? Number(age) : null;
  const errors = [
    ...(fields.includes(null) ? ['a line that is no field'] : []),
    ...(version === 'STSv1' ? [] : ['no version: STSv1']),
    ...(mode !== undefined && MODES.includes(mode) ? [] : ['no valid mode']),
    ...(maxAge === null ? ['no valid max_age'] : []),
    ...(mx.length === 0 && mode !== 'none' ? ['no mx'] : []),
    ...(mx.every((pattern) => PATTERN.test(pattern)) ? [] : ['an mx that is no host name']),
  ];
  const known = mode !== undefined && MODES.includes(mode);
  return { mode: known ? (mode as MtaStsMode) : null, mx, maxAge, errors };
}

/** Not by one pattern: with white space before, in and behind the value, a hostile line would take it hours. */
function fieldIn(line: string): { readonly name: string; readonly value: string } | null {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).trimEnd();
  return FIELD_NAME.test(name) ? { name, value: line.slice(colon + 1).trim() } : null;
}

/** RFC 8461 section 4.1: a wildcard stands for one label, the leftmost. */
export function matchesMx(pattern: string, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return pattern.startsWith('*.') ? name.slice(name.indexOf('.') + 1) === pattern.slice(2) : name === pattern;
}
