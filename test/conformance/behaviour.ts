import type { Security } from '../../functions/net/endpoint.ts';
import type { Verdict } from '../../functions/smtp/verdicts.ts';
import type { LeafFault } from '../support/faulty-leaves.ts';
import type { Script } from '../support/scripted-dialogue.ts';

/**
 * `works`: the server said 235 (RFC 4954 section 4) to an AUTH over verified TLS · `does not work`: it refused the
 * credential itself (535, 525) · `cannot be known`: anything else, such as a throttle, a policy, or no proven server.
 */
export type Truth = 'works' | 'does not work' | 'cannot be known';

/** What one scripted server does to whoever tries to log in, and what can be known of the credential after it. */
export interface Behaviour {
  readonly name: string;
  /** How the client is told to connect. */
  readonly security: Security;
  /** From the first byte after TLS for `tls`, unless `speaksPlain`. */
  readonly script: Script;
  readonly truth: Truth;
  /** Keyturn's verdict. */
  readonly verdict: Verdict;
  /** The rule that makes the truth true. */
  readonly reference: string;
  /** Presented instead of a certificate that the client trusts for `localhost`. */
  readonly certificate?: LeafFault;
  /** No TLS from the first byte, although the client is told so. */
  readonly speaksPlain?: boolean;
}
