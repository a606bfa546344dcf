import type { Credential } from '../../functions/providers/secret.ts';
import type { Delivery } from '../mail/smtp-endpoint.ts';
import { FAULTS, type Fault, type Faults } from './faults.ts';
import type { ReplacedKeys, Rotations } from './rotations.ts';
import type { Application } from './sender.ts';

export interface Books {
  readonly rotated: Rotations;
  readonly retireRuns: ReplacedKeys['runs'];
  readonly applications: {
    readonly documented: readonly Pick<Application, 'accepted' | 'losses' | 'reads'>[];
    readonly control: Pick<Application, 'accepted' | 'losses'>;
  };
  readonly faults: readonly Pick<Faults, 'calls' | 'counts'>[];
  readonly deliveries: readonly Pick<Delivery, 'raw'>[];
  /** Access keys that exist in the end. */
  readonly keyIds: readonly string[];
  /** The credential in AWSCURRENT in the end. */
  readonly current: Pick<Credential, 'username'>;
}

/** What a run did, and what it found wrong: `violations` is empty when no mail, no credential and no key was lost. */
export interface Balance {
  readonly rotations: number;
  readonly rotationTries: number;
  readonly retireRuns: number;
  readonly retireRunsFailed: number;
  readonly awsCalls: number;
  readonly faults: Readonly<Record<Fault, number>>;
  readonly sends: number;
  /** Reads of the secret after a refused login. */
  readonly refreshes: number;
  readonly lostSends: number;
  /** Of an application that reads the secret once. */
  readonly controlSends: number;
  readonly controlLosses: number;
  readonly lostCredentials: number;
  readonly leakedKeys: number;
  readonly violations: readonly string[];
}

/** Compares what was sent with what arrived, and what the secret holds with what IAM holds. */
export function balance(books: Books): Balance {
  const { rotated, retireRuns, faults, keyIds, current } = books;
  const { documented, control } = books.applications;
  const lost = documented.flatMap(({ losses }) => losses);
  const leaked = keyIds.filter((id) => id !== current.username);
  const hasCurrent = keyIds.includes(current.username);
  const accepted = documented.flatMap((application) => application.accepted);
  return {
    rotations: rotated.rotations,
    rotationTries: rotated.tries,
    retireRuns: retireRuns.all,
    retireRunsFailed: retireRuns.failed,
    awsCalls: sum(faults.map(({ calls }) => calls)),
    faults: Object.fromEntries(
      FAULTS.map((fault) => [fault, sum(faults.map(({ counts }) => counts[fault]))]),
    ) as Record<Fault, number>,
    sends: accepted.length + lost.length,
    refreshes: sum(documented.map(({ reads }) => reads() - 1)),
    lostSends: lost.length,
    controlSends: control.accepted.length + control.losses.length,
    controlLosses: control.losses.length,
    lostCredentials: hasCurrent ? 0 : 1,
    leakedKeys: leaked.length,
    violations: [
      ...lost.map(({ subject, at, why }) => `lost: ${subject} at ${at.toISOString()}: ${why}`),
      ...misdeliveries([...accepted, ...control.accepted], books.deliveries),
      ...leaked.map((id) => `leaked: the access key ${id} is in no secret`),
      ...(hasCurrent ? [] : [`lost: the access key ${current.username} in AWSCURRENT does not exist`]),
    ],
  };
}

/** Accepted messages that did not arrive, or arrived twice. */
function misdeliveries(accepted: readonly string[], deliveries: Books['deliveries']): string[] {
  const arrivals = new Map<string, number>();
  for (const { raw } of deliveries) {
    const subject = /^Subject: (.*)$/m.exec(raw)?.[1]?.trim() ?? '';
    arrivals.set(subject, (arrivals.get(subject) ?? 0) + 1);
  }
  return accepted.flatMap((subject) => {
    const times = arrivals.get(subject) ?? 0;
    return times === 1 ? [] : [`${subject} was accepted once and arrived ${times} times`];
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The balance in words, what went wrong last. */
export function balanceLines(balance: Balance): string[] {
  const { faults, violations } = balance;
  const crashes = faults['crash-before'] + faults['crash-after'];
  const lost = faults['lost-request'] + faults['lost-answer'];
  return [
    `${balance.rotations} rotations in ${balance.rotationTries} tries`,
    `${balance.retireRuns} runs of the retire function, ${balance.retireRunsFailed} of them failed`,
    `${balance.awsCalls} AWS calls of the functions`,
    `${crashes} crashes: ${faults['crash-before']} before a call, ${faults['crash-after']} after it`,
    `${lost} calls without an answer: ${faults['lost-answer']} of them carried out`,
    `${balance.sends} messages, ${balance.refreshes} refreshes after a refused login`,
    `an application that reads the secret once lost ${balance.controlLosses} of ${balance.controlSends} messages`,
    `${balance.lostSends} messages lost, ${balance.lostCredentials} credentials lost, ${balance.leakedKeys} keys leaked`,
    ...violations,
  ];
}
