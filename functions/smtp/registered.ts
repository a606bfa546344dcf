/**
 * The SASL mechanisms of IANA's registry (www.iana.org/assignments/sasl-mechanisms), and those that providers offer
 * without it. What a server calls by any other name is its own word, and may be somebody's password.
 */
export const REGISTERED_MECHANISMS: ReadonlySet<string> = new Set([
  ...['PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5', 'NTLM', 'ANONYMOUS', 'EXTERNAL', 'OTP', 'SKEY', 'SECURID'],
  ...['OAUTHBEARER', 'OAUTH10A', 'XOAUTH2', 'XOAUTH', 'OPENID20', 'SAML20', 'PLAIN-CLIENTTOKEN'],
  ...[
    'GSSAPI',
    'GSS-SPNEGO',
    'GS2-KRB5',
    'GS2-KRB5-PLUS',
    'SPNEGO',
    'SPNEGO-PLUS',
    'KERBEROS_V4',
    'KERBEROS_V5',
  ],
  ...['SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-512'].flatMap((hash) => [
    `SCRAM-${hash}`,
    `SCRAM-${hash}-PLUS`,
  ]),
  ...['EAP-AES128', 'EAP-AES128-PLUS', 'ECDSA-NIST256P-CHALLENGE', 'ECDH-X25519-CHALLENGE', 'SXOVER-PLUS'],
  ...['9798-M-DSA-SHA1', '9798-M-ECDSA-SHA1', '9798-M-RSA-SHA1-ENC'],
  ...['9798-U-DSA-SHA1', '9798-U-ECDSA-SHA1', '9798-U-RSA-SHA1-ENC'],
  ...['NMAS-SAMBA-AUTH', 'NMAS_AUTHEN', 'NMAS_LOGIN', 'APOP', 'MSN', 'SRP', 'XYMCOOKIE', 'XAPPLETOKEN'],
]);

/** IANA's registry of SMTP service extensions (www.iana.org/assignments/mail-parameters), and what servers list besides. */
export const REGISTERED_EXTENSIONS: readonly string[] = [
  ...[
    '8BITMIME',
    'AUTH',
    'ATRN',
    'BINARYMIME',
    'BURL',
    'CHECKPOINT',
    'CHUNKING',
    'CONNEG',
    'CONPERM',
    'DELIVERBY',
  ],
  ...['DSN', 'ENHANCEDSTATUSCODES', 'ETRN', 'EXPN', 'FUTURERELEASE', 'HELP', 'LIMITS', 'MT-PRIORITY', 'MTRK'],
  ...[
    'NO-SOLICITING',
    'PIPELINING',
    'REQUIRETLS',
    'RRVS',
    'SIZE',
    'SMTPUTF8',
    'STARTTLS',
    'SUBMITTER',
    'VRFY',
  ],
  ...[
    'UTF8SMTP',
    'XCLIENT',
    'XFORWARD',
    'XEXDDBTS',
    'X-ANONYMOUSTLS',
    'X-EXPS',
    'XEXCH50',
    'X-LINK2STATE',
    'XRDST',
  ],
];
