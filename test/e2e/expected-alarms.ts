interface Planted {
  readonly fault: string;
  readonly credential: string;
  /** Ids of all checks that have to fail or warn because of it. */
  readonly alarms: readonly string[];
}

/** One line a fault that was put there on purpose, by the sandbox or by faults.ts. */
export const PLANTED: readonly Planted[] = [
  {
    fault: 'certificate expired',
    credential: 'mail/expired-certificate',
    alarms: ['cert.chain', 'cert.expiry'],
  },
  { fault: 'password shared', credential: 'mail/expired-certificate', alarms: ['secret.reuse'] },
  { fault: 'PLAIN before TLS', credential: 'mail/expired-certificate', alarms: ['auth.cleartext'] },
  { fault: 'certificate of another host', credential: 'mail/wrong-host', alarms: ['cert.hostname'] },
  { fault: 'password shared', credential: 'mail/wrong-host', alarms: ['secret.reuse'] },
  { fault: 'PLAIN before TLS', credential: 'mail/wrong-host', alarms: ['auth.cleartext'] },
  { fault: 'password wrong', credential: 'mail/wrong-password', alarms: ['cred.login'] },
  { fault: 'PLAIN before TLS', credential: 'mail/wrong-password', alarms: ['auth.cleartext'] },
  { fault: 'no STARTTLS', credential: 'mail/no-starttls', alarms: ['tls.starttls-offered'] },
  { fault: 'login in clear', credential: 'mail/no-starttls', alarms: ['auth.cleartext', 'tls.enforced'] },
  { fault: 'password shared', credential: 'mail/no-starttls', alarms: ['secret.reuse'] },
  { fault: 'password shared', credential: 'mail/provider', alarms: ['secret.reuse'] },
  { fault: 'PLAIN before TLS', credential: 'mail/provider', alarms: ['auth.cleartext'] },
  { fault: 'TLS 1.0', credential: 'mail/old-server', alarms: ['tls.protocol.min'] },
  { fault: 'login in clear', credential: 'mail/old-server', alarms: ['auth.cleartext', 'tls.enforced'] },
  {
    fault: 'sender domain without mail',
    credential: 'mail/old-server',
    alarms: ['dns.mx', 'spf.present', 'dkim.found', 'tlsrpt.present'],
  },
  { fault: 'CRAM-MD5', credential: 'mail/old-server', alarms: ['auth.mechanisms'] },
  { fault: 'old version in the greeting', credential: 'mail/old-server', alarms: ['smtp.banner'] },
  { fault: 'password in an environment', credential: 'mail/old-server', alarms: ['secret.plaintext-env'] },
  { fault: 'key of 1024 bits', credential: 'mail/weak-key', alarms: ['cert.key'] },
  { fault: 'certificate self-signed', credential: 'mail/weak-key', alarms: ['cert.chain'] },
  { fault: 'certificate without names', credential: 'mail/weak-key', alarms: ['cert.hostname'] },
  { fault: 'PLAIN before TLS', credential: 'mail/weak-key', alarms: ['auth.cleartext'] },
  { fault: 'certificate ends in three days', credential: 'mail/expiring', alarms: ['cert.expiry'] },
  { fault: 'password of a person', credential: 'mail/expiring', alarms: ['secret.strength'] },
  { fault: 'PLAIN before TLS', credential: 'mail/expiring', alarms: ['auth.cleartext'] },
  { fault: 'raw access key', credential: 'mail/raw-key', alarms: ['secret.shape', 'cred.login'] },
  { fault: 'PLAIN before TLS', credential: 'mail/raw-key', alarms: ['auth.cleartext'] },
  { fault: 'no host', credential: 'mail/malformed', alarms: ['secret.shape'] },
  { fault: 'open to every account', credential: 'mail/open-policy', alarms: ['secret.policy'] },
  { fault: 'PLAIN before TLS', credential: 'mail/open-policy', alarms: ['auth.cleartext'] },
  { fault: 'SPF allows everybody', credential: 'mail/weak-key', alarms: ['spf.all', 'spf.breadth'] },
  { fault: 'DMARC with p=none', credential: 'mail/weak-key', alarms: ['dmarc.policy', 'bimi.record'] },
  { fault: 'no DMARC reports', credential: 'mail/weak-key', alarms: ['dmarc.rua'] },
  { fault: 'DKIM key of 1024 bits', credential: 'mail/weak-key', alarms: ['dkim.key-size'] },
  { fault: 'no TLS reports', credential: 'mail/weak-key', alarms: ['tlsrpt.present'] },
  { fault: 'eleven SPF queries', credential: 'mail/expiring', alarms: ['spf.lookups'] },
  { fault: 'SPF names hosts that are gone', credential: 'mail/expiring', alarms: ['spf.void'] },
  { fault: 'SPF by reverse names', credential: 'mail/expiring', alarms: ['spf.ptr-mech'] },
  { fault: 'two DMARC records', credential: 'mail/expiring', alarms: ['dmarc.single', 'dmarc.present'] },
  { fault: 'DKIM key revoked', credential: 'mail/expiring', alarms: ['dkim.revoked'] },
  { fault: 'TLS reports over http', credential: 'mail/expiring', alarms: ['tlsrpt.present'] },
  { fault: 'a way around the gateway', credential: 'mail/expiring', alarms: ['dns.gateway'] },
  { fault: 'two SPF records', credential: 'mail/raw-key', alarms: ['spf.single'] },
  { fault: 'sender domain takes no mail', credential: 'mail/raw-key', alarms: ['dns.null-mx'] },
  {
    fault: 'DMARC quarantines half',
    credential: 'mail/raw-key',
    alarms: ['dmarc.policy', 'dmarc.removed-tags'],
  },
  { fault: 'DMARC reports to a stranger', credential: 'mail/raw-key', alarms: ['dmarc.rua-auth'] },
  { fault: 'DKIM under test', credential: 'mail/raw-key', alarms: ['dkim.testing'] },
  { fault: 'DKIM with SHA-1', credential: 'mail/raw-key', alarms: ['dkim.hash'] },
  { fault: 'MTA-STS without a valid id', credential: 'mail/raw-key', alarms: ['mtasts.record'] },
  { fault: 'SPF misspelt', credential: 'mail/open-policy', alarms: ['spf.syntax'] },
  { fault: 'DMARC misspelt', credential: 'mail/open-policy', alarms: ['dmarc.syntax', 'dmarc.policy'] },
  { fault: 'DKIM misspelt', credential: 'mail/open-policy', alarms: ['dkim.found'] },
];

/** Faults that all credentials have, each with who has not. */
export const EVERYWHERE: Readonly<Record<string, readonly string[]>> = {
  'secret.rotation-enabled': [],
  'log.no-secrets': [],
  // The key of the stack is that of the one credential which the stack has made.
  'secret.cmk': ['keyturn/orders'],
  // By the name of the variable; what cannot be read, or has no password yet, has none to look for.
  'secret.plaintext-env': ['keyturn/orders', 'mail/malformed'],
};

/** True of the account that the local AWS has, whoever deploys into it; nothing of it was planted. */
export const OF_THE_ACCOUNT = /^(ops|mfa|ses)\.|^secret\.(recovery|replica)$|^priv\.erasure$/;
