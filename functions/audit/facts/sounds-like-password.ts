/** SES, but not SESSION. */
const OF_MAIL = /(^|[^a-z])(smtp|e?mail|ses(?![a-z])|sendgrid|mailgun|resend|postmark)/i;
const PASSWORD = /(pass|passwd|password|pwd|secret|token|api[_-]?key)$/i;

/** Whether a name such as SMTP_PASSWORD or /shop/smtp/password says that the password of a mail server is behind it. */
export function soundsLikePassword(name: string): boolean {
  return OF_MAIL.test(name) && PASSWORD.test(name);
}

/** Where to find a secret is no secret. */
const POINTER = /^(arn:|\{\{resolve:)/;

/** Whether something of this name and value gives the password of a mail server away. */
export function givesPasswordAway(name: string, value: string): boolean {
  return soundsLikePassword(name) && value !== '' && !POINTER.test(value);
}
