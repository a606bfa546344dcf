import pLimit from 'p-limit';
import { KeyturnError } from '../../observe/shown.ts';
import type { ManagedSecret } from '../../secrets/description.ts';
import type { SecretStore } from '../../secrets/store.ts';
import type { Agenda } from '../../table/agenda.ts';
import type { AgendaItem } from '../../table/items.ts';
import type { Lease } from '../../table/lease.ts';
import { overdueSince } from '../situation.ts';
import type { RetirementOutcome } from './retirement.ts';

/** Some seconds of work, so that what a process dies of keeps little waiting. */
const BATCH = 10;
/** The ARNs of a round have to fit into a state of Step Functions (256 KiB). */
const A_ROUND = 300;
/** A run has 25,000 events, a batch seven of them. What is due after so many rounds is for the next run. */
const MOST_ROUNDS = 60;
/** Longer than a round takes (ms): its batches, five at a time, each as long as its function may run. */
const ROUND_LEASE_MS = 20 * 60_000;
/** So long (ms) a sweep goes from page to page in one invocation. */
const SWEEP_MS = 20_000;
const AT_ONCE = 20;

export interface RoundPorts {
  readonly agenda: Pick<Agenda, 'find' | 'put' | 'due'>;
  readonly store: Pick<SecretStore, 'managedPages'>;
  /** One run hands out at a time, so that the providers see no more looks at once. */
  readonly lease: Pick<Lease, 'acquire' | 'release'>;
  readonly now: () => number;
}

/** With what a run begins. `sweepFrom`: where ListSecrets goes on, '' for its first page; null: no sweep, or no more. */
export interface RunInput {
  readonly round: number;
  readonly sweepFrom: string | null;
}

export interface Round extends RunInput {
  readonly runId: string;
}

export interface Batch {
  readonly secretArns: readonly string[];
}

/** A batch that ended its process; `died` in the words of Step Functions. */
export interface DeadBatch extends Batch {
  readonly died: { readonly Error: string };
}

export interface HandedOut extends RunInput {
  readonly goesOn: boolean;
  readonly batches: readonly Batch[];
}

/** One round of a run: sweeps on, and hands out what is due. */
export async function nextRound(ports: RoundPorts, { runId, round, sweepFrom }: Round): Promise<HandedOut> {
  const isLast = round >= MOST_ROUNDS;
  const goesOnFrom = isLast || sweepFrom === null ? null : await sweep(ports, sweepFrom);
  const due = isLast ? [] : await handOut(ports, runId);
  const goesOn = goesOnFrom !== null || due.length > 0;
  if (!goesOn) await ports.lease.release(runId);
  return { goesOn, batches: inBatches(due), round: round + 1, sweepFrom: goesOnFrom };
}

async function handOut({ agenda, lease, now }: RoundPorts, runId: string): Promise<readonly string[]> {
  const acquired = await lease.acquire(runId, now() + ROUND_LEASE_MS, now());
  return acquired.kind === 'acquired' ? agenda.due(A_ROUND, now()) : [];
}

function inBatches(secretArns: readonly string[]): Batch[] {
  return Array.from({ length: Math.ceil(secretArns.length / BATCH) }, (_, at) => ({
    secretArns: secretArns.slice(at * BATCH, (at + 1) * BATCH),
  }));
}

/**
 * Compares the secrets there are with what the agenda knows of them: what it lost, or was never told, becomes due. By pages
 * of ListSecrets, none of which is kept. Resolves to where it has to go on, or null.
 */
async function sweep({ agenda, store, now }: RoundPorts, sweepFrom: string): Promise<string | null> {
  const until = now() + SWEEP_MS;
  const limit = pLimit(AT_ONCE);
  const visit = async (secret: ManagedSecret) => {
    const known = await agenda.find(secret.arn);
    if (isMissed(secret, known, now()))
      await agenda.put(secret.arn, { versionId: null, dueAt: now() }, now());
  };
  for await (const { secrets, next } of store.managedPages(sweepFrom || undefined)) {
    await Promise.all(secrets.map((secret) => limit(visit, secret)));
    if (now() > until) return next ?? null;
  }
  return null;
}

/**
 * Of a batch whose process ended: the one whose look began, and did not end. Its date stands (`Agenda.begin`). Rejects when
 * all are due as before: then it was no credential that the function died of.
 */
export async function whatDied(
  { agenda, now }: Pick<RoundPorts, 'agenda' | 'now'>,
  { secretArns, died }: DeadBatch,
): Promise<RetirementOutcome[]> {
  const items = await Promise.all(
    secretArns.map(async (secretArn) => ({ secretArn, known: await agenda.find(secretArn) })),
  );
  if (items.every(({ known }) => isDue(known, now())))
    throw new KeyturnError(`a batch ended before it looked at anything: ${died.Error}`);
  const dead = items.flatMap(({ secretArn, known }) => (known?.look ? [{ secretArn, known }] : []));
  for (const { secretArn, known } of dead)
    await agenda.put(secretArn, { versionId: null, dueAt: known.dueAt }, now());
  return dead.map(({ secretArn }) => ({ kind: 'failed', secretArn, reason: 'crashed', message: died.Error }));
}

function isDue(known: AgendaItem | null, now: number): boolean {
  return known !== null && known.dueAt !== null && known.dueAt <= now;
}

/** Whether a secret needs a look that nobody else will see to. */
export function isMissed(
  { stages, schedule }: Pick<ManagedSecret, 'stages' | 'schedule'>,
  known: AgendaItem | null,
  now: number,
): boolean {
  if (known === null) return true;
  // Due already, or being looked at.
  if (known.look !== null || isDue(known, now)) return false;
  const isStill = Object.entries(stages).some(
    ([, labels]) => labels.includes('AWSPENDING') && !labels.includes('AWSCURRENT'),
  );
  const current = Object.keys(stages).find((versionId) => stages[versionId]?.includes('AWSCURRENT'));
  return isStill || current !== (known.versionId ?? undefined) || overdueSince(schedule, now) !== null;
}
