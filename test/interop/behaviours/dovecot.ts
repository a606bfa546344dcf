import type { Behaviour } from './behaviour.ts';

/** As 454 shows, it tells a lookup that failed from a user that does not exist. */
export const BROKEN_LOOKUP = 'a list of users that it cannot ask now';

export const DOVECOT: readonly Behaviour[] = [
  {
    name: 'more sessions of one user than its limit',
    variant: { settings: ['mail_max_userip_connections = 1'] },
    before: 'an open session',
    verdict: 'throttled',
    authSent: true,
  },
  {
    name: 'more clients before their login than its limit',
    variant: { settings: ['service submission-login {', 'process_limit = 1', 'client_limit = 1', '}'] },
    before: 'an open connection',
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'a penalty for a failed login that outlasts the budget',
    variant: { settings: ['service anvil {', 'unix_listener anvil-auth-penalty {', 'mode = 0600', '}', '}'] },
    before: 'a failed login',
    budgetMs: 1000,
    verdict: 'timeout:auth',
    authSent: true,
  },
  {
    name: 'a delay of each refusal that outlasts the budget',
    variant: { settings: ['auth_failure_delay = 2 secs'] },
    secret: 'wrong',
    budgetMs: 1000,
    verdict: 'timeout:auth',
    authSent: true,
  },
  {
    name: 'a delay of each refusal within the budget',
    variant: { settings: ['auth_failure_delay = 1 secs'] },
    secret: 'wrong',
    verdict: 'rejected',
    authSent: true,
  },
  {
    name: 'an authentication service that does not answer',
    variant: { settings: ['service auth {', 'executable = /bin/sleep 600', '}'] },
    budgetMs: 1500,
    verdict: { tls: 'timeout:tls', starttls: 'timeout:greeting' },
    authSent: false,
  },
  {
    name: BROKEN_LOOKUP,
    variant: { settings: ['passdb {', 'driver = checkpassword', 'args = /bin/sh -c "exit 111"', '}'] },
    username: 'nobody-here',
    verdict: 'temporary',
    authSent: true,
  },
  {
    name: 'no mailbox service',
    variant: { settings: ['submission_relay_port = 1'] },
    verdict: 'valid',
    authSent: true,
  },
  {
    name: 'no STARTTLS',
    on: 'starttls',
    variant: {
      settings: [
        'ssl = no',
        'service submission-login {',
        'inet_listener submissions {',
        'ssl = no',
        '}',
        '}',
      ],
    },
    verdict: 'starttls-missing',
    authSent: false,
  },
  {
    name: 'an account shut by an attribute',
    username: 'closed',
    verdict: 'account-disabled',
    authSent: true,
  },
  {
    name: 'a client certificate wanted',
    variant: { settings: ['ssl_verify_client_cert = yes', 'auth_ssl_require_client_cert = yes'] },
    verdict: 'tls-client-certificate-required',
    authSent: true,
  },
  { name: 'an account shut by a list', username: 'denied', verdict: 'rejected', authSent: true },
  { name: 'an account for other networks', username: 'elsewhere', verdict: 'rejected', authSent: true },
];
