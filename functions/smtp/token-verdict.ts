import type { ReplyVerdict } from './verdicts.ts';

/** HTTP's and RFC 6749's words for a fault of the server that checks tokens, not of the token. */
const SERVER_FAULTS: readonly string[] = ['429', 'server_error', 'temporarily_unavailable'];
const HTTP_5YZ = /^5\d\d$/;

/** What a refusal means when the login was made with an OAuth 2.0 token, given the server's status for it. */
export function tokenVerdict(verdict: ReplyVerdict, status: string | undefined): ReplyVerdict {
  if (verdict !== 'rejected' && verdict !== 'rejected-or-disabled') return verdict;
  if (status === undefined) return verdict === 'rejected' ? 'token-rejected' : verdict;
  if (HTTP_5YZ.test(status) || SERVER_FAULTS.includes(status)) return 'temporary';
  return status === 'invalid_request' ? 'auth-syntax' : 'token-rejected';
}
