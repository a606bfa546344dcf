import type { Behaviour } from './behaviour.ts';
import { BROKEN_LOOKUP } from './dovecot.ts';

const acl = (name: string, ...lines: string[]) => [
  `acl_smtp_${name} = check_${name}`,
  'begin acl',
  `check_${name}:`,
  ...lines.map((line) => `  ${line}`),
];
const RATE = 'ratelimit = 1 / 1h / strict / per_conn / $sender_host_address-$received_port';

export const EXIM: readonly Behaviour[] = [
  {
    name: 'more connections than its rate limit, deferred',
    variant: { settings: acl('connect', `defer ${RATE}`, 'accept') },
    before: 'a login',
    verdict: 'temporary',
    authSent: false,
  },
  {
    name: 'more connections than its rate limit, deferred with 421',
    variant: {
      settings: acl('connect', 'defer message = 421 Too many connections, slow down', `  ${RATE}`, 'accept'),
    },
    before: 'a login',
    verdict: 'throttled',
    authSent: false,
  },
  {
    name: 'more logins than its rate limit, deferred',
    variant: { settings: acl('auth', `defer ${RATE}`, 'accept') },
    before: 'a login',
    verdict: 'temporary',
    authSent: true,
  },
  {
    name: 'more logins than its rate limit, denied',
    variant: { settings: acl('auth', 'deny message = too many logins', `  ${RATE}`, 'accept') },
    before: 'a login',
    verdict: 'rate-limited',
    authSent: true,
  },
  {
    name: 'more connections at once than its limit',
    variant: { settings: ['smtp_accept_max = 1'] },
    before: 'an open connection',
    verdict: { tls: 'tls-mode-mismatch:plain-spoken', starttls: 'throttled' },
    authSent: false,
  },
  {
    name: 'more connections at once from one client than its limit',
    variant: { settings: ['smtp_accept_max_per_host = 1'] },
    before: 'an open connection',
    verdict: { tls: 'tls-mode-mismatch:plain-spoken', starttls: 'throttled' },
    authSent: false,
  },
  {
    name: 'a client that it does not serve',
    variant: { settings: ['host_reject_connection = *'] },
    verdict: { tls: 'tls-mode-mismatch:plain-spoken', starttls: 'server-refused' },
    authSent: false,
  },
  {
    name: 'AUTH that its rules deny',
    variant: { settings: acl('auth', 'deny') },
    verdict: 'bad-sequence',
    authSent: true,
  },
  {
    name: 'AUTH that its rules hold back longer than the budget',
    variant: { settings: acl('auth', 'accept delay = 3s') },
    budgetMs: 1000,
    verdict: 'timeout:auth',
    authSent: true,
  },
  {
    name: 'no list of users where it looks for one',
    variant: { mechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5'], settings: ['USERS = /nonexistent'] },
    verdict: 'temporary',
    authSent: true,
  },
  {
    name: 'no SASL service behind it',
    variant: { mechanisms: ['SCRAM-SHA-256'], settings: ['SASL = /nonexistent'] },
    verdict: 'temporary',
    authSent: true,
  },
  {
    // The server hides it: it says what it says of a wrong password.
    name: 'a SASL service that cannot ask its list of users now',
    variant: { mechanisms: ['SCRAM-SHA-256'], sasl: BROKEN_LOOKUP },
    username: 'nobody-here',
    verdict: 'rejected',
    authSent: true,
  },
  {
    name: 'no AUTH after TLS',
    variant: { settings: ['auth_advertise_hosts ='] },
    verdict: 'auth-not-offered',
    authSent: false,
  },
  {
    name: 'no STARTTLS',
    on: 'starttls',
    variant: { settings: ['tls_advertise_hosts ='] },
    verdict: 'starttls-missing',
    authSent: false,
  },
  {
    name: 'a certificate that it cannot read itself',
    on: 'starttls',
    variant: { settings: ['tls_certificate = /nonexistent'] },
    verdict: 'tls-unavailable',
    authSent: false,
  },
  {
    name: 'no TLS newer than 1.2',
    variant: { settings: ['tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.2'] },
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'a client certificate wanted',
    variant: { settings: ['tls_verify_hosts = *'] },
    verdict: 'tls-client-certificate-required',
    authSent: false,
  },
  {
    name: 'a greeting held back longer than the budget',
    variant: { settings: acl('connect', 'accept delay = 3s') },
    budgetMs: 1000,
    verdict: 'timeout:greeting',
    authSent: false,
  },
  {
    name: 'no TLS newer than 1.1',
    variant: { settings: ['tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT'] },
    verdict: 'tls-too-old',
    authSent: false,
  },
];
