/** Every function that the stack can deploy, by the name of its construct; AuditNotify only where somebody is to be told. */
export const DEPLOYED_FUNCTIONS = [
  'Validate',
  'Lookup',
  'Rotate',
  'Retire',
  'RetireDue',
  'Operate',
  'AuditPlan',
  'AuditExamine',
  'AuditReport',
  'AuditNotify',
  'AuditLookup',
] as const;

/** Somebody waits for these to start. */
const AWAITED: readonly string[] = ['Validate', 'Lookup', 'AuditLookup'];

/** The most that the bundle of a function may take (KiB): 1 MiB, and less where its start is waited for. */
export function bundleLimitKiB(name: string): number {
  return AWAITED.includes(name) ? 450 : 1024;
}
