/** A service that sends for others. */
export interface MailProvider {
  readonly name: string;
  /** What its customers include in their SPF record: one of these. */
  readonly spf: readonly string[];
  /** Whose domain MAIL FROM has: that of the sender, or one that the service, or the customer there, has set apart for bounces. */
  readonly mailFrom: 'sender' | 'service';
}

/** SMTP endpoints of Amazon SES, those for FIPS 140 and of VPC endpoints, too. The group is their region. */
export const SES_HOST =
  /^(?:vpce-[a-z0-9-]+\.)?email-smtp(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/i;

type Provider = readonly [host: RegExp, name: string, mailFrom: MailProvider['mailFrom'], ...spf: string[]];

const PROVIDERS: readonly Provider[] = [
  [SES_HOST, 'Amazon SES', 'service', 'amazonses.com'],
  [/\.mail-manager-smtp\.amazonaws\.com$/, 'Amazon SES Mail Manager', 'service', 'amazonses.com'],
  [/(^|\.)(gmail|google)\.com$/, 'Google', 'sender', '_spf.google.com'],
  [/(^|\.)(office365|outlook)\.com$/, 'Microsoft 365', 'sender', 'spf.protection.outlook.com'],
  [/(^|\.)sendgrid\.net$/, 'SendGrid', 'service', 'sendgrid.net'],
  [/(^|\.)mailgun\.org$/, 'Mailgun', 'service', 'mailgun.org'],
  [/(^|\.)postmarkapp\.com$/, 'Postmark', 'service', 'spf.mtasv.net'],
  [/(^|\.)mailjet\.com$/, 'Mailjet', 'service', 'spf.mailjet.com'],
  [/(^|\.)(brevo|sendinblue)\.com$/, 'Brevo', 'service', 'spf.brevo.com'],
  [/(^|\.)resend\.com$/, 'Resend', 'service', 'amazonses.com'],
  [/(^|\.)sparkpostmail\.com$/, 'SparkPost', 'service', 'sparkpostmail.com'],
  [/(^|\.)fastmail\.com$/, 'Fastmail', 'sender', 'spf.messagingengine.com'],
  [/(^|\.)zoho\.com$/, 'Zoho', 'sender', 'zohomail.com', 'zoho.com'],
  [/(^|\.)zoho\.eu$/, 'Zoho', 'sender', 'zohomail.eu', 'zoho.eu'],
];

/** Whom a place of login belongs to; null for a server of one's own, or one nobody knows. */
export function mailProvider(host: string): MailProvider | null {
  const found = PROVIDERS.find(([pattern]) => pattern.test(host.toLowerCase()));
  if (!found) return null;
  const [, name, mailFrom, ...spf] = found;
  return { name, mailFrom, spf };
}

const GATEWAYS: readonly (readonly [host: RegExp, name: string])[] = [
  [/(^|\.)mimecast(-offshore)?\.com$/, 'Mimecast'],
  [/(^|\.)(pphosted|ppe-hosted)\.com$/, 'Proofpoint'],
  [/(^|\.)(barracudanetworks|ess\.barracuda)\.com$/, 'Barracuda'],
  [/(^|\.)mail\.protection\.outlook\.com$/, 'Microsoft Exchange Online Protection'],
  [/(^|\.)mx\.microsoft$/, 'Microsoft Exchange Online Protection'],
  [/^inbound-smtp\.[a-z0-9-]+\.amazonaws\.com$/, 'Amazon SES inbound'],
  [/\.mail-manager-smtp\.amazonaws\.com$/, 'Amazon SES Mail Manager'],
  [/(^|\.)iphmx\.com$/, 'Cisco Secure Email'],
  [/(^|\.)messagelabs\.com$/, 'Broadcom Email Security'],
  [/(^|\.)trendmicro\.(com|eu)$/, 'Trend Micro Email Security'],
  [/(^|\.)(google|googlemail)\.com$/, 'Google Workspace'],
  [/(^|\.)hornetsecurity\.com$|(^|\.)antispameurope\.com$/, 'Hornetsecurity'],
  [/(^|\.)(spamexperts|antispamcloud)\.com$/, 'SpamExperts'],
];

/** The filtering service that takes mail in at this mail exchanger; null: none that is known. */
export function mailGateway(exchanger: string): string | null {
  return GATEWAYS.find(([pattern]) => pattern.test(exchanger.toLowerCase()))?.[1] ?? null;
}
