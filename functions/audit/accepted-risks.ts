import * as v from 'valibot';
import { isWorry } from './outcome.ts';
import type { Acceptance } from './report/report.ts';
import type { Finding } from './run/examination.ts';

const text = v.pipe(v.string(), v.minLength(1));

/** An owner's decision to live with what one check finds about one secret, for a time; from the deployment's configuration. */
export const acceptedRiskSchema = v.object({
  /** The name of the secret. */
  secret: text,
  /** The id of a check of the catalogue. */
  check: text,
  reason: text,
  owner: v.optional(text),
  /** The last day on which it holds, `YYYY-MM-DD`, UTC. */
  until: v.pipe(v.string(), v.isoDate()),
});

export type AcceptedRisk = Readonly<v.InferOutput<typeof acceptedRiskSchema>>;

/** The two fields of a reported finding that say whether its risk is accepted; at most one of them is not null. */
export interface Accepted {
  readonly accepted: Acceptance | null;
  readonly acceptanceExpired: string | null;
}

const NOT_ACCEPTED: Accepted = { accepted: null, acceptanceExpired: null };

/** The accepted risks of one deployment, as they stand on one day. */
export class AcceptedRisks {
  readonly #risks: ReadonlyMap<string, AcceptedRisk>;
  readonly #today: string;

  /** `at` in ISO 8601: the same run gives the same answer, however late its report is made. */
  constructor(risks: readonly AcceptedRisk[], at: string) {
    this.#risks = new Map(risks.map((risk) => [keyOf(risk.secret, risk.check), risk]));
    this.#today = at.slice(0, 'YYYY-MM-DD'.length);
  }

  /** Only a failure or a warning is a risk that can be accepted. */
  of(secretName: string, finding: Pick<Finding, 'check' | 'status'>): Accepted {
    const risk = this.#risks.get(keyOf(secretName, finding.check));
    if (!risk || !isWorry(finding)) return NOT_ACCEPTED;
    const { reason, owner = null, until } = risk;
    if (until < this.#today) return { accepted: null, acceptanceExpired: until };
    return { accepted: { reason, owner, until }, acceptanceExpired: null };
  }
}

/** Neither part can hold a line feed. */
function keyOf(secret: string, check: string): string {
  return `${check}\n${secret}`;
}
