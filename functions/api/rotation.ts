import * as v from 'valibot';
import { isPossible, NOT_POSSIBLE_REASONS, possibleFrom } from '../lifecycle/possible-from.ts';
import type { Waits } from '../lifecycle/retirable.ts';
import { situationOf } from '../lifecycle/situation.ts';
import { type SnapshotPorts, takeSnapshot } from '../lifecycle/snapshot.ts';
import type { SecretReader } from '../secrets/secret-reader.ts';
import { timestamp } from '../validation/result.ts';

/** Whether a rotation of a credential could succeed now: what `rotate` and `doctor` go by. */
export const rotationAnswer = v.object({
  possible: v.boolean(),
  reason: v.pipe(
    v.nullable(v.picklist(NOT_POSSIBLE_REASONS)),
    v.description('Why not; null when it is possible.'),
  ),
  message: v.pipe(v.string(), v.description('The same in plain words, and what to do.')),
  possibleFrom: v.pipe(
    v.nullable(timestamp),
    v.description(
      'When it will be, if nothing is used again that is to be retired; null when it is, or when a person has to do something first.',
    ),
  ),
});

export type RotationAnswer = Readonly<v.InferOutput<typeof rotationAnswer>>;

export interface RotationAnswerPorts extends SnapshotPorts, Waits {
  readonly store: SecretReader;
}

/** Null: there is no such secret any more, or Keyturn does not manage it. */
export async function answerRotation(
  ports: RotationAnswerPorts,
  secretArn: string,
): Promise<RotationAnswer | null> {
  const secret = await ports.store.describe(secretArn);
  if (secret.kind !== 'found' || !secret.managed) return null;
  const { snapshot } = await takeSnapshot(ports, secret, 'everything');
  const possibility = possibleFrom(situationOf(snapshot, ports), null);
  if (possibility.possible || isPossible(possibility, snapshot.now))
    return { possible: true, reason: null, message: 'A rotation can be started now.', possibleFrom: null };
  const { reason, message, possibleFrom: from } = possibility;
  return {
    possible: false,
    reason,
    message,
    possibleFrom: from === null ? null : new Date(from).toISOString(),
  };
}
