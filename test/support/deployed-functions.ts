/** Every function that the stack can deploy, by the name of its construct; AuditNotify only where somebody is to be told. */
export const DEPLOYED_FUNCTIONS = [
  'Validate',
  'Lookup',
  'Rotate',
  'Retire',
  'Operate',
  'AuditPlan',
  'AuditExamine',
  'AuditReport',
  'AuditNotify',
  'AuditLookup',
] as const;
