import type { Credential } from '../../../../../functions/providers/secret.ts';
import { SesKeys } from '../../../../../functions/providers/ses-keys.ts';
import type { Faults } from '../../../../support/aws/faults.ts';
import { InProcessIam } from '../../../../support/aws/iam.ts';
import type { Standing, Subject } from './subject.ts';

const REGION = 'us-east-1';
/** A new key is refused for so long (ms). */
const PROPAGATION_MS = 8000;

/** Amazon SES: the real provider, on an IAM in memory. */
export class ModelSes implements Subject {
  readonly iam: InProcessIam;
  readonly provider: SesKeys;
  readonly limit = 2;
  readonly overlaps = true;
  readonly #foreign = new Set<string>();

  constructor(secretArn: string, now: () => number, faults: Faults) {
    this.iam = new InProcessIam({ 'keyturn:secret': secretArn }, now, faults);
    this.iam.propagationMs = PROPAGATION_MS;
    this.provider = new SesKeys(this.iam.client, { type: 'ses', userName: 'orders', region: REGION });
  }

  get refusedForLimit(): number {
    return this.iam.refusedForQuota;
  }

  accepts({ username, password }: Credential, use: boolean): boolean {
    return this.iam.accepts(username, password.reveal(), REGION, use);
  }

  standing(): readonly Standing[] {
    return [...this.iam.keys.values()].map(({ id, active, lastUsedAt }) => ({
      id,
      active,
      foreign: this.#foreign.has(id),
      lastUsedAt: lastUsedAt ?? null,
    }));
  }

  addForeign(): void {
    if (this.iam.keys.size < this.limit) this.#foreign.add(this.iam.create().id);
  }

  removeForeign(): void {
    for (const id of this.#foreign) this.iam.keys.delete(id);
  }
}
