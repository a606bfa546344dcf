import { spelt } from '../../functions/secrets/endpoint.ts';
import type { AcceptedEndpoint, Deactivation, Mint, VersionProof } from '../../functions/table/items.ts';
import type { History, Ledger } from '../../functions/table/ledger.ts';
import { Faults } from './aws/faults.ts';

type RotationLedger = Pick<
  Ledger,
  | 'historyOf'
  | 'recordMint'
  | 'amendMint'
  | 'recordProof'
  | 'proofOf'
  | 'recordDeactivation'
  | 'acceptEndpoint'
  | 'acceptedEndpoints'
  | 'recordEvent'
>;

interface RecordedEvent {
  readonly event: string;
  readonly at: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The ledger as rotation uses it, in memory: `test/functions/table/ledger.test.ts` holds it to what the real one does. */
export class MemoryLedger implements RotationLedger {
  readonly #faults: Faults;
  readonly #mints = new Map<string, Mint>();
  readonly #proofs = new Map<string, VersionProof>();
  readonly #deactivations = new Map<string, Deactivation>();
  readonly #accepted = new Map<string, AcceptedEndpoint>();
  /** Of all secrets, oldest first. */
  readonly events: RecordedEvent[] = [];

  constructor(faults = new Faults()) {
    this.#faults = faults;
  }

  /** What is in it, without times and names. */
  shape(): string {
    const mints = [...this.#mints.values()].map(
      (mint) => `${mint.credentialId !== null}${mint.abandonedAt !== undefined}`,
    );
    const keys = [...this.#deactivations.values()].map(
      (key) => `${key.removedAt !== undefined}${key.refused}`,
    );
    return [mints, keys].join('/');
  }

  /** All of it. */
  contents(): string {
    return JSON.stringify([this.#mints, this.#proofs, this.#deactivations].map((items) => [...items]));
  }

  historyOf(secretArn: string): Promise<History> {
    return this.#faults.call(() => ({
      mints: of(this.#mints, secretArn),
      deactivations: of(this.#deactivations, secretArn),
    }));
  }

  recordMint(secretArn: string, mint: Mint): Promise<void> {
    return this.#faults.call(() => void this.#mints.set(`${secretArn}#${mint.token}`, mint));
  }

  amendMint(secretArn: string, mint: Mint): Promise<boolean> {
    return this.#faults.call(() => {
      const key = `${secretArn}#${mint.token}`;
      const known = this.#mints.get(key);
      if (known && known.startedAt !== mint.startedAt) return false;
      this.#mints.set(key, mint);
      return true;
    });
  }

  recordProof(secretArn: string, proof: VersionProof): Promise<void> {
    return this.#faults.call(() => void this.#proofs.set(`${secretArn}#${proof.token}`, proof));
  }

  proofOf(secretArn: string, token: string): Promise<VersionProof | null> {
    return this.#faults.call(() => this.#proofs.get(`${secretArn}#${token}`) ?? null);
  }

  recordDeactivation(secretArn: string, deactivation: Deactivation): Promise<void> {
    const key = `${secretArn}#${deactivation.credentialId}`;
    return this.#faults.call(() => void this.#deactivations.set(key, deactivation));
  }

  acceptEndpoint(secretArn: string, accepted: AcceptedEndpoint): Promise<void> {
    return this.#faults.call(() => void this.#accepted.set(`${secretArn}#${spelt(accepted)}`, accepted));
  }

  acceptedEndpoints(secretArn: string): Promise<AcceptedEndpoint[]> {
    return this.#faults.call(() => of(this.#accepted, secretArn));
  }

  recordEvent(
    _secretArn: string,
    event: string,
    at: number,
    details: RecordedEvent['details'],
  ): Promise<void> {
    return this.#faults.call(() => void this.events.push({ event, at, details }));
  }
}

/** In the order of the sort keys, as DynamoDB answers a query. */
function of<T>(items: ReadonlyMap<string, T>, secretArn: string): T[] {
  const own = [...items].filter(([key]) => key.startsWith(`${secretArn}#`));
  return own.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
