/** RFC 5321 section 4.1.4: a client without a name of its own says an address literal. */
export const CLIENT_NAME = '[127.0.0.1]';

const AUTH = /^AUTH[ =](.*)$/;
/** What some firewalls write over STARTTLS, in its length, so that nobody uses it. */
const OVERWRITTEN = /^X{7}A$|^X{8}$/;

/** The keywords of a complete EHLO reply, upper case (RFC 5321 section 4.1.1.1): a server's own words, not to be shown. */
export function ehloKeywords(reply: string): readonly string[] {
  return reply.split(/\r?\n/).map((line) => line.slice(4).trim().toUpperCase());
}

/** Whether something on the path has overwritten STARTTLS. */
export function hidesStarttls(keywords: readonly string[]): boolean {
  return keywords.some((keyword) => OVERWRITTEN.test(keyword));
}

/** All that the AUTH lines list (RFC 4954 section 3): a server's own words. Some servers write `AUTH=` too. */
export function listedMechanisms(keywords: readonly string[]): readonly string[] {
  return keywords.flatMap((keyword) => AUTH.exec(keyword)?.[1]?.match(/\S+/g) ?? []);
}

/** Those that anybody knows, each once. */
export function registeredMechanisms(listed: readonly string[]): readonly string[] {
  return [...new Set(listed)].filter((name) => REGISTERED_MECHANISMS.has(name));
}

/**
 * The SASL mechanisms of IANA's registry (www.iana.org/assignments/sasl-mechanisms), and those that providers offer
 * without it. What a server calls by any other name is its own word, and may be somebody's password.
 */
export const REGISTERED_MECHANISMS: ReadonlySet<string> = new Set(
  [
    'PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM ANONYMOUS EXTERNAL OTP SKEY SECURID APOP MSN SRP XYMCOOKIE XAPPLETOKEN',
    'OAUTHBEARER OAUTH10A XOAUTH2 XOAUTH OPENID20 SAML20 PLAIN-CLIENTTOKEN NMAS-SAMBA-AUTH NMAS_AUTHEN NMAS_LOGIN',
    'GSSAPI GSS-SPNEGO GS2-KRB5 GS2-KRB5-PLUS SPNEGO SPNEGO-PLUS KERBEROS_V4 KERBEROS_V5',
    'SCRAM-SHA-1 SCRAM-SHA-224 SCRAM-SHA-256 SCRAM-SHA-384 SCRAM-SHA-512 SCRAM-SHA3-512',
    'SCRAM-SHA-1-PLUS SCRAM-SHA-224-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-384-PLUS SCRAM-SHA-512-PLUS SCRAM-SHA3-512-PLUS',
    'EAP-AES128 EAP-AES128-PLUS ECDSA-NIST256P-CHALLENGE ECDH-X25519-CHALLENGE SXOVER-PLUS',
    '9798-M-DSA-SHA1 9798-M-ECDSA-SHA1 9798-M-RSA-SHA1-ENC 9798-U-DSA-SHA1 9798-U-ECDSA-SHA1 9798-U-RSA-SHA1-ENC',
  ].flatMap((line) => line.split(' ')),
);

/** IANA's registry of SMTP service extensions (www.iana.org/assignments/mail-parameters), and what servers list besides. */
export const REGISTERED_EXTENSIONS: readonly string[] = [
  '8BITMIME AUTH ATRN BINARYMIME BURL CHECKPOINT CHUNKING CONNEG CONPERM DELIVERBY DSN ENHANCEDSTATUSCODES ETRN EXPN',
  'FUTURERELEASE HELP LIMITS MT-PRIORITY MTRK NO-SOLICITING PIPELINING REQUIRETLS RRVS SIZE SMTPUTF8 STARTTLS SUBMITTER',
  'VRFY UTF8SMTP XCLIENT XFORWARD XEXDDBTS X-ANONYMOUSTLS X-EXPS XEXCH50 X-LINK2STATE XRDST',
].flatMap((line) => line.split(' '));
