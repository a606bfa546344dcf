/** The nineteen practices that the audit answers to, by their public number. */
export const PRACTICES = {
  1: 'Strong passwords',
  2: 'Two-factor authentication',
  3: 'Regular rotation',
  4: 'No secrets in plain text',
  5: 'Validation over TLS',
  6: 'Rate limiting',
  7: 'Monitoring and logs',
  8: 'Dedicated IP addresses',
  9: 'Domain ownership',
  10: 'DMARC, DKIM and SPF',
  11: 'Educated users',
  12: 'E-mail gateways',
  13: 'Regular audits',
  14: 'Access control',
  15: 'Backup and disaster recovery',
  16: 'Software updates',
  17: 'Tested measures',
  18: 'Encrypted archives',
  19: 'Data protection',
} as const;

export type PracticeNumber = keyof typeof PRACTICES;
