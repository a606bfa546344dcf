import type { Behaviour } from './behaviour.ts';
import { BROKEN_LOOKUP } from './dovecot.ts';

export const POSTFIX: readonly Behaviour[] = [
  {
    name: 'more AUTH commands than its rate limit',
    variant: { settings: ['smtpd_client_auth_rate_limit = 1'] },
    before: 'a login',
    verdict: 'rate-limited',
    authSent: true,
  },
  {
    name: 'more connections than its rate limit',
    variant: { settings: ['smtpd_client_connection_rate_limit = 1'] },
    before: 'a login',
    verdict: 'throttled',
    authSent: false,
  },
  {
    name: 'more connections at once than its limit',
    variant: { settings: ['smtpd_client_connection_count_limit = 1'] },
    before: 'an open connection',
    verdict: 'throttled',
    authSent: false,
  },
  {
    name: 'more new TLS sessions than its rate limit',
    variant: { settings: ['smtpd_client_new_tls_session_rate_limit = 1'] },
    // The first one too many may lose its 421 to the reset that follows it.
    before: 'two logins',
    verdict: { tls: 'closed:tls', starttls: 'throttled' },
    authSent: false,
  },
  {
    name: 'a client that it does not serve',
    variant: { settings: ['smtpd_client_restrictions = reject', 'smtpd_delay_reject = no'] },
    verdict: 'ip-refused',
    authSent: false,
  },
  {
    name: 'a client that it does not serve, said as late as it can',
    variant: { settings: ['smtpd_client_restrictions = reject'] },
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'a client that it puts off',
    variant: { settings: ['smtpd_client_restrictions = defer', 'smtpd_delay_reject = no'] },
    verdict: 'temporary',
    authSent: false,
  },
  {
    name: 'no SASL service behind it',
    variant: { settings: ['smtpd_sasl_path = /nonexistent'] },
    verdict: { tls: 'closed:greeting', starttls: 'closed:ehlo' },
    authSent: false,
  },
  {
    // The server hides it: it says what it says of a wrong password.
    name: 'a SASL service that cannot ask its list of users now',
    variant: { sasl: BROKEN_LOOKUP },
    username: 'nobody-here',
    verdict: 'rejected',
    authSent: true,
  },
  {
    name: 'no AUTH after TLS',
    variant: { settings: ['smtpd_sasl_auth_enable = no'] },
    verdict: 'auth-not-offered',
    authSent: false,
  },
  {
    name: 'no STARTTLS',
    on: 'starttls',
    variant: { settings: ['smtpd_tls_security_level = none', 'smtpd_tls_auth_only = no'] },
    verdict: 'starttls-missing',
    authSent: false,
  },
  {
    name: 'a certificate that it cannot read itself',
    on: 'starttls',
    variant: { settings: ['smtpd_tls_chain_files = /nonexistent'] },
    verdict: 'tls-failed',
    authSent: false,
  },
  {
    name: 'no TLS newer than 1.1',
    variant: { settings: ['smtpd_tls_mandatory_protocols = <=TLSv1.1', 'smtpd_tls_protocols = <=TLSv1.1'] },
    verdict: 'tls-too-old',
    authSent: false,
  },
  {
    name: 'no TLS newer than 1.2',
    variant: {
      settings: ['smtpd_tls_mandatory_protocols = TLSv1.2', 'smtpd_tls_protocols = TLSv1.2'],
    },
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'a client certificate wanted',
    variant: { settings: ['smtpd_tls_req_ccert = yes'] },
    // With TLS from the first byte it says 421 and, against the protocol, greets right after it.
    verdict: { tls: 'protocol-error', starttls: 'tls-client-certificate-required' },
    authSent: false,
  },
  {
    name: 'AUTH offered before STARTTLS too',
    on: 'starttls',
    variant: { settings: ['smtpd_tls_security_level = may', 'smtpd_tls_auth_only = no'] },
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'pipelining punished where it is not allowed',
    variant: { settings: ['smtpd_forbid_unauth_pipelining = yes', 'smtpd_forbid_bare_newline = yes'] },
    authMethod: 'PLAIN',
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'a greeting held back longer than the budget',
    variant: { settings: ['smtpd_client_restrictions = sleep 3', 'smtpd_delay_reject = no'] },
    budgetMs: 1000,
    verdict: 'timeout:greeting',
    authSent: false,
  },
  {
    name: 'a load balancer expected in front of it',
    on: 'starttls',
    variant: { settings: ['smtpd_upstream_proxy_protocol = haproxy', 'smtpd_upstream_proxy_timeout = 1s'] },
    verdict: 'unavailable',
    authSent: false,
  },
  { name: 'an account shut by a list', username: 'denied', verdict: 'rejected', authSent: true },
  { name: 'an account for other networks', username: 'elsewhere', verdict: 'rejected', authSent: true },
];
