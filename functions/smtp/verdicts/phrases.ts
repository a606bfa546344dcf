/**
 * What providers write into a reply whose code alone would be misread. Each is fixed wording, without a place for
 * anything private: `mask` leaves it as it is, even when a user name happens to be one of its words.
 */
export const PHRASES = {
  tooManyLogins:
    /too many (?:(?:bad|failed|invalid|unsuccessful|incorrect|recent) )?(?:log-?ins?|sign-?ins?|auth(?:entication)?s?|attempts|tries|failures|passwords?)(?: attempts| failures)?|authenticate too many times|log-?in (?:frequency|rate)(?: is)? (?:limited|exceeded)/i,
  slowDown:
    /throttl(?:ed|ing)|rate[ -]limit(?:ed)?|limit exceeded|too many (?:concurrent |simultaneous |open |new )?(?:smtp |tls )?(?:connections|sessions|messages|requests|commands|errors)/i,
  sesRate: /throttling failure|maximum sending rate/i,
  sesDaily: /daily (?:message|sending) quota/i,
  quota: /quota (?:has been )?exceeded|exceeded (?:your |the )?quota|maximum credits exceeded/i,
  tryLater:
    /try (?:it )?(?:again )?later|temporar(?:y|ily)|system (?:is )?busy|service (?:is )?unavailable|internal (?:server )?error|timed? ?out/i,
  lineTooLong: /line (?:is )?too long/i,
  invalidBase64: /invalid base64/i,
  invalidMechanism: /invalid authentication mechanism/i,
  clientCertificate: /no client certificate|present (?:a )?valid (?:ssl|tls) certificate/i,
  starttls: /starttls/i,
  appPassword: /application-specific|app(?:lication)? password/i,
  webBrowser: /web browser/i,
  smtpAuthDisabled: /SmtpClientAuthentication is disabled|SMTP AUTH (?:is )?(?:disabled|not enabled)/i,
  basicAuthDisabled: /basic auth(?:entication)? is (?:disabled|not supported|not allowed|blocked)/i,
  wrongCredentials: /credentials were incorrect/i,
  tenantPolicy: /security defaults|conditional access|did not meet the criteria/i,
  notSubscribed: /not subscribed/i,
  policy:
    /\b(?:policy|policies|disabled|disallowed|prohibited|suspended|locked|blocked|deactivated|inactive|two-factor|multi-factor|verify your)\b|not (?:allowed|permitted|enabled|activated)/i,
  badReputation:
    /\b(?:block(?:ed|ing|ed by| list|list|listed)?|blacklist(?:ed)?|denylist(?:ed)?|reputation|spamhaus|spam|RBL|DNSBL|listed)\b/i,
} as const;

export type Phrase = keyof typeof PHRASES;

// Stryker disable ArrowFunction: a pattern of nothing is in every text, which costs nothing but time.
/** Few texts hold any of the wordings. */
const ANY = new RegExp(
  Object.values(PHRASES)
    .map(({ source }) => source)
    .join('|'),
  'i',
);
// Stryker restore ArrowFunction

/** The wordings that are in a text. */
export function wordingsIn(text: string): readonly Phrase[] {
  // Stryker disable next-line ConditionalExpression: nothing but time.
  if (!ANY.test(text)) return [];
  return (Object.keys(PHRASES) as Phrase[]).filter((phrase) => PHRASES[phrase].test(text));
}

/** A part of a text, without the character at its end. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where they are. */
export function phrasesIn(text: string): readonly Span[] {
  return wordingsIn(text)
    .flatMap((phrase) => [...text.matchAll(new RegExp(PHRASES[phrase], 'gi'))])
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
