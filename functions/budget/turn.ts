import { canonicalAddress, type Endpoint } from '../net/endpoint.ts';
import type { Credential } from '../providers/secret.ts';
import type { StoredTally, Tallies } from '../table/tallies.ts';
import { countsAddresses, digest, type Place, type Places, placeAt, placesOf } from './places.ts';
import {
  admit,
  hold,
  type Limits,
  type Outcome,
  type PlannedLogin,
  pruned,
  type Refusal,
  settle,
} from './tally.ts';

/** What a login waits for its turn with; all times in ms. */
export interface TurnPorts {
  readonly table: Pick<Tallies, 'read' | 'change'>;
  readonly limits: Limits;
  /** A place that a login needs besides those of its account and host. */
  readonly besides?: (credential: Credential) => Place;
  /** Where a dial would go now; none when that cannot be said. */
  readonly addresses: (endpoint: Endpoint) => Promise<readonly string[]>;
  readonly now: () => number;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Never the same twice, in any process. */
  readonly newId: () => string;
}

/** What is tried, and for which secret. */
export interface Attempt {
  readonly credential: Credential;
  readonly secretArn: string;
  /** For all of it (ms), but not for what of `patienceMs` it waits. */
  readonly budgetMs: number;
  /** How much longer it may wait for its turn (ms). */
  readonly patienceMs?: number;
  /** A credential that must be refused: its login takes no place that is kept, and its failure speaks against no secret. */
  readonly meantToFail?: boolean;
}

/** What a login needs at least (ms): nobody waits for a turn, or for a second login, when less would be left. */
export const LEAST_LOGIN_MS = 3000;
/** A login that has run out of time hangs up within this (ms). */
export const HANG_UP_MS = 5000;
/** Between two looks at the table, longer each time: many who wait must not keep it busy. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 800;

/** A place that is taken: the login as it counts there, and the item as it was written. */
interface Taken {
  readonly place: Place;
  readonly planned: PlannedLogin;
  readonly stored: StoredTally;
}

export interface Turn {
  readonly kind: 'go';
  readonly endsBy: number;
  readonly taken: readonly Taken[];
  readonly circuit: Places['circuit'];
}

/** Its places, when there is room for it in time. Rejects when the table cannot be reached. */
export async function waitForTurn(
  budget: TurnPorts,
  tried: Attempt,
  deadline: number,
): Promise<Turn | Refusal> {
  const { now, random, sleep } = budget;
  const places = await findPlaces(budget, tried.credential);
  const id = budget.newId();
  for (let turn = 0; ; turn += 1) {
    const endsBy = Math.min(deadline, now() + tried.budgetMs) + HANG_UP_MS;
    const admission = await reserve(budget, places, (place) => plan(id, place, tried, endsBy));
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** turn) * (1 + random()) * 0.5;
    if (admission.kind === 'go') return { ...admission, endsBy };
    if (admission.kind !== 'wait' || deadline - now() < waitMs + LEAST_LOGIN_MS) return admission;
    await sleep(waitMs);
  }
}

async function findPlaces(
  { addresses, limits, besides }: TurnPorts,
  credential: Credential,
): Promise<Places> {
  const found = countsAddresses(credential) ? await addresses(credential.endpoint) : [];
  const { counted, circuit } = placesOf(credential, found, limits);
  return { counted: besides ? [besides(credential), ...counted] : counted, circuit };
}

function plan(id: string, { account }: Place, { secretArn, meantToFail = false }: Attempt, endsBy: number) {
  return {
    id,
    login: { at: endsBy, ...account, secret: digest(secretArn), meant: meantToFail, restsUntil: 0 },
  };
}

/** One place after the other, always in the same order; when one has no room, those before it are given back. */
async function reserve(
  budget: TurnPorts,
  { counted, circuit }: Places,
  plannedAt: (place: Place) => PlannedLogin,
): Promise<Omit<Turn, 'endsBy'> | Refusal> {
  const { table, now } = budget;
  const heldUntil = circuit ? (await table.read(circuit)).heldUntil : 0;
  const taken: Taken[] = [];
  for (const place of counted) {
    const planned = plannedAt(place);
    const { decision, stored } = await table.change(place.key, now, (tally, at) =>
      admit(hold(tally, heldUntil), planned, at, place.limits),
    );
    if (decision.kind !== 'go') {
      await giveBack(budget, taken);
      return place.isOfAccount ? ofAccount(decision) : decision;
    }
    taken.push({ place, planned, stored });
  }
  return { kind: 'go', taken, circuit };
}

/** Its places are those of the account, and the last of them is kept for another secret. */
function ofAccount(refusal: Refusal): Refusal {
  const isFull = refusal.kind === 'held-back' && refusal.reason === 'host-failures';
  return isFull ? { ...refusal, reason: 'failures' } : refusal;
}

function giveBack(budget: TurnPorts, taken: readonly Taken[]): Promise<void> {
  return settleLogin(budget, { taken, circuit: null }, { failed: false, proven: false, circuit: null });
}

/**
 * How it ended counts by the host's name and at the address that was connected to. Whoever has a name lead to somebody
 * else's address besides an own one must not have that one pay for what the own one says.
 */
export async function settleWhereItWas(
  budget: TurnPorts,
  { taken, circuit }: Turn,
  credential: Credential,
  address: string | undefined,
  outcome: Outcome,
): Promise<void> {
  const reached = address === undefined ? null : canonicalAddress(address);
  const isThere = ({ place }: Taken) => !place.address || !reached || place.address === reached;
  const elsewhere = taken.filter((one) => !isThere(one));
  await Promise.all([
    settleLogin(budget, { taken: taken.filter(isThere), circuit }, outcome),
    giveBack(budget, elsewhere),
  ]);
  const isCounted = taken.some(({ place }) => place.address === reached);
  const place = reached && !isCounted ? placeAt(reached, credential, budget.limits) : null;
  if (place && (outcome.failed || outcome.circuit)) await note(budget, place, taken, outcome);
}

/** Where no place was taken before: the DNS had another answer meanwhile, or the first address did not. */
async function note(
  { table, now }: TurnPorts,
  { key, account, limits }: Place,
  [first]: readonly Taken[],
  outcome: Outcome,
): Promise<void> {
  if (!first) return;
  const planned = { ...first.planned, login: { ...first.planned.login, ...account } };
  await table.change(key, now, (tally, at) => ({
    tally: settle(pruned(tally, at, limits), planned, outcome, at, limits),
  }));
}

async function settleLogin(
  { table, now }: TurnPorts,
  { taken, circuit }: Pick<Turn, 'taken' | 'circuit'>,
  outcome: Outcome,
): Promise<void> {
  const ofHost = outcome.circuit?.of === 'host' ? outcome.circuit.heldUntil : null;
  if (circuit && ofHost !== null) {
    await table.change(circuit, now, (host) => ({ tally: hold(host, ofHost) }));
  }
  const settled = taken.map(({ place: { key, limits }, planned, stored }) =>
    table.change(key, now, (tally, at) => ({ tally: settle(tally, planned, outcome, at, limits) }), stored),
  );
  await Promise.all(settled);
}
