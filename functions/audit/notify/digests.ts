import { shownName } from '../../observe/shown.ts';
import { isThrottling } from '../../observe/throttling.ts';
import { loudestFirst, worriesOf } from '../report/credential-report.ts';
import { digestMail, type Mail } from '../report/digest.ts';
import type { CredentialReport, Worry } from '../report/report.ts';
import { WorstOf } from '../report/worst-of.ts';

/** One mail with more would not be read; the report holds them all. */
const WORST = 25;
/** One address and nothing else, so that no header can hold more than that: RFC 5321 section 4.1.2, without quoted parts. */
const ADDRESS =
  /^(?=.{3,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$/;

export type Send = (to: string, mail: Mail) => Promise<void>;
/** Whether the owner, an address in small letters, was not written to in this run before. */
export type Claim = (owner: string) => Promise<boolean>;

export interface Delivered {
  readonly sent: number;
  /** Owners who were written to when this run was told before. */
  readonly sentBefore: number;
  readonly failed: number;
  /** Owners whose tag is not a mail address, so that nobody could be written to. */
  readonly skipped: number;
  /** Names of errors, each once. */
  readonly errors: readonly string[];
}

interface Share {
  readonly to: string;
  readonly worst: WorstOf<Worry>;
  failures: number;
  warnings: number;
}

/** A digest for each owner, with their own findings only. Memory grows with the number of owners, not of credentials. */
export class Digests {
  readonly #shares = new Map<string, Share>();
  readonly #skipped = new Set<string>();

  /** `owner`: the tag of the secret. */
  add(report: CredentialReport, owner: string | null): void {
    const worries = owner ? worriesOf(report) : [];
    if (!owner || worries.length === 0) return;
    if (!ADDRESS.test(owner)) return void this.#skipped.add(owner);
    const share = this.#shareOf(owner);
    for (const worry of worries) {
      share.worst.add(worry);
      share[worry.status === 'fail' ? 'failures' : 'warnings'] += 1;
    }
  }

  /**
   * `startedAt` of the run, in ISO 8601. One that cannot be sent does not keep the others, unless Amazon SES takes no more:
   * then the rest is not tried.
   */
  async send(startedAt: string, claim: Claim, send: Send): Promise<Delivered> {
    const errors = new Set<string>();
    let [sent, sentBefore] = [0, 0];
    for (const [owner, { to, worst, failures, warnings }] of this.#shares) {
      try {
        if (await claim(owner)) {
          await send(to, digestMail({ startedAt, failures, warnings, worst: worst.list() }));
          sent += 1;
        } else sentBefore += 1;
      } catch (error) {
        errors.add(shownName(error));
        if (isThrottling(error)) break;
      }
    }
    const failed = this.#shares.size - sent - sentBefore;
    return { sent, sentBefore, failed, skipped: this.#skipped.size, errors: [...errors] };
  }

  #shareOf(owner: string): Share {
    const key = owner.toLowerCase();
    const share = this.#shares.get(key) ?? {
      to: owner,
      worst: new WorstOf(WORST, loudestFirst),
      failures: 0,
      warnings: 0,
    };
    this.#shares.set(key, share);
    return share;
  }
}
