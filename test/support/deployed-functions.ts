/** Every function that the stack deploys without further settings, by the name of its construct. */
export const DEPLOYED_FUNCTIONS = [
  'Validate',
  'Lookup',
  'Rotate',
  'Retire',
  'Operate',
  'AuditPlan',
  'AuditExamine',
  'AuditReport',
] as const;
