/** Names under which authorities know themselves in CAA records, by a word of their certificates' issuer. */
const AUTHORITIES: readonly (readonly [issuer: RegExp, names: readonly string[]])[] = [
  [/Amazon/, ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com']],
  [/Let's Encrypt/, ['letsencrypt.org']],
  [
    /DigiCert|GeoTrust|RapidSSL|Thawte/i,
    ['digicert.com', 'www.digicert.com', 'digicert.ne.jp', 'symantec.com'],
  ],
  [/Google Trust Services/, ['pki.goog', 'google.com']],
  [
    /Sectigo|USERTRUST|COMODO|ZeroSSL/i,
    ['sectigo.com', 'comodoca.com', 'comodo.com', 'usertrust.com', 'trust-provider.com'],
  ],
  [/GlobalSign/, ['globalsign.com']],
  [/Entrust/, ['entrust.net', 'affirmtrust.com']],
  [/GoDaddy|Starfield/, ['godaddy.com', 'starfieldtech.com']],
  [/Microsoft/, ['microsoft.com']],
  [/Buypass/, ['buypass.com', 'buypass.no']],
  [/SSL\.com/, ['ssl.com']],
  [/IdenTrust/, ['identrust.com']],
  [/HARICA|Hellenic Academic/, ['harica.gr']],
  [/SwissSign/, ['swisssign.com']],
  [/T-Systems|Deutsche Telekom/, ['telesec.de', 'pki.dfn.de', 'dfn.de']],
];

/** What a CAA record says for the authority of a certificate (RFC 8659 section 4.2); empty: not known. */
export function caaNames(issuer: string): readonly string[] {
  return AUTHORITIES.find(([pattern]) => pattern.test(issuer))?.[1] ?? [];
}
