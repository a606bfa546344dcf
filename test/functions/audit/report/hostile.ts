import type { CredentialReport, Report, ReportedFinding } from '../../../../functions/audit/report/report.ts';

/** What strangers may write into a host name, a banner, a DNS record, a certificate, a tag or a secret's name. */
export const HOSTILE_TEXTS = [
  ['markup', '"><script>document.title="owned"</script><img src=/x onerror=alert(1)>'],
  ['attributes', `' onmouseover='alert(1)" onfocus="alert(2)" autofocus style="position:fixed"`],
  ['ends of elements', '</style></script></title></svg></details></main></html><h1>'],
  ['entities and comments', '&lt;script&gt;&#60;b&#62;<!--<![CDATA[ ]]>--><?xml ?>'],
  ['formulas', '=HYPERLINK("http://evil.example","open") +1+cmd|calc @SUM(A1)'],
  ['template language', '#{alert(1)} {{constructor}} %s %00 \\u003cb\\u003e'],
  ['control characters', 'a\u0000b\u0007c\u001b[31md\u009be\u007ff'],
  ['characters that turn the text around', 'abc\u202egnp.exe\u2066\u200b\u200d\ufeff'],
  ['lines and headers', 'a\r\nBcc: victim@example.com\r\n\r\nb'],
  ['a word without an end', 'W'.repeat(1500)],
  ['addresses of scripts', 'javascript:alert(1) data:text/html,<script>alert(1)</script>'],
] as const;

/** Puts the text into every place of the report whose content is not Keyturn's own. */
export function poisoned(report: Report, text: string): Report {
  return {
    ...report,
    credentials: report.credentials.map((credential) => poisonedCredential(credential, text)),
    unexamined: report.unexamined.map((one) => ({ ...one, secretArn: text, detail: text })),
    worst: report.worst.map((worry) => ({ ...worry, secretName: text, secretArn: text, evidence: text })),
  };
}

function poisonedCredential(credential: CredentialReport, text: string): CredentialReport {
  const { endpoint, certificate, findings } = credential;
  return {
    ...credential,
    secretArn: text,
    secretName: text,
    versionId: text,
    endpoint: endpoint && { ...endpoint, host: text },
    certificate: certificate && { ...certificate, subject: text, issuer: text, fingerprint256: text },
    findings: findings.map((finding) => poisonedFinding(finding, text)),
  };
}

function poisonedFinding(finding: ReportedFinding, text: string): ReportedFinding {
  const { accepted } = finding;
  return { ...finding, evidence: text, accepted: accepted && { ...accepted, reason: text, owner: text } };
}
