/** Every function that the stack can deploy, by the name of its construct; AuditTell only where somebody is to be told. */
export const DEPLOYED_FUNCTIONS = [
  'Validate',
  'Lookup',
  'Rotate',
  'Retire',
  'Operate',
  'AuditPlan',
  'AuditExamine',
  'AuditReport',
  'AuditTell',
  'AuditLookup',
] as const;
