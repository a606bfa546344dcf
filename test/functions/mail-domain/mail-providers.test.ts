import { expect, it } from 'vitest';
import { mailGateway, mailProvider } from '../../../functions/mail-domain/mail-providers.ts';

it.each([
  ['email-smtp.us-east-1.amazonaws.com', 'Amazon SES'],
  ['email-smtp-fips.us-east-1.amazonaws.com', 'Amazon SES'],
  ['Email-SMTP.cn-north-1.amazonaws.com.cn', 'Amazon SES'],
  ['vpce-0a1b-2c3d.email-smtp.eu-west-1.vpce.amazonaws.com', 'Amazon SES'],
  ['abc123.fips.wxyz.mail-manager-smtp.amazonaws.com', 'Amazon SES Mail Manager'],
  ['email-smtp.evil-amazonaws.com', null],
  ['email-smtp.us-east-1.amazonaws.com.evil.example', null],
  ['smtp.office365.com', 'Microsoft 365'],
  ['smtp.zoho.eu', 'Zoho'],
  ['notgoogle.com', null],
  ['mail.example.com', null],
])('%s is a place of login of %s', (host, name) => {
  expect(mailProvider(host)?.name ?? null).toBe(name);
});

it('knows that Zoho has another SPF record in Europe, and two in America', () => {
  expect(mailProvider('smtp.zoho.eu')?.spf).toContain('zohomail.eu');
  expect(mailProvider('smtp.zoho.com')?.spf).toEqual(['zohomail.com', 'zoho.com']);
});

it.each([
  ['abc123.wxyz.mail-manager-smtp.amazonaws.com', 'Amazon SES Mail Manager'],
  ['mail-manager.evil.example', null],
  ['inbound-smtp.us-east-1.amazonaws.com', 'Amazon SES inbound'],
  ['aspmx.l.google.com', 'Google Workspace'],
  ['mx1.example.com', null],
])('%s takes mail in for %s', (host, name) => {
  expect(mailGateway(host)).toBe(name);
});
