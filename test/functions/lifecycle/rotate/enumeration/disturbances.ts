import { STEPS, type Step } from '../../../../../functions/lifecycle/rotate/step-decision.ts';
import { FAULT_KINDS, type FaultKind } from '../../../../support/aws/faults.ts';
import type { Lab } from './lab.ts';
import { rotate, type Scenario } from './scenarios.ts';

/** What goes wrong once in an operation; `at` is its I/O call, from 1. */
export type Disturbance =
  | { readonly kind: FaultKind; readonly at: number }
  /** A step is delivered again when it has succeeded. */
  | { readonly kind: 'delivered-twice'; readonly step: Step }
  /** finishSecret is called directly when a step is about to begin, by somebody who may invoke the function. */
  | { readonly kind: 'finished-out-of-turn'; readonly before: Step }
  /** The process stands still while the same rotation is driven to its end by another. */
  | { readonly kind: 'same-token-meanwhile'; readonly at: number }
  /** The process stands still while an operator takes AWSPENDING away and another rotation is driven to its end. */
  | { readonly kind: 'other-token-meanwhile'; readonly at: number };

/** A request that takes longer is given up by whoever sent it (ms). */
const REQUEST_MS = 10_000;

/** All of them, for an operation of so many I/O calls. */
export function disturbances(calls: number): readonly Disturbance[] {
  const places = Array.from({ length: calls }, (_, index) => index + 1);
  return [
    ...places.flatMap((at) => FAULT_KINDS.map((kind) => ({ kind, at }))),
    ...STEPS.map((step) => ({ kind: 'delivered-twice' as const, step })),
    ...STEPS.map((before) => ({ kind: 'finished-out-of-turn' as const, before })),
    ...places.map((at) => ({ kind: 'same-token-meanwhile' as const, at })),
    ...places.map((at) => ({ kind: 'other-token-meanwhile' as const, at })),
  ];
}

export function nameOf(disturbance: Disturbance): string {
  if ('before' in disturbance) return `finishSecret called before ${disturbance.before}`;
  return 'step' in disturbance
    ? `${disturbance.step} delivered twice`
    : `${disturbance.kind} at call ${disturbance.at}`;
}

/** The operation of a scenario, disturbed. */
export async function disturb(
  lab: Lab,
  { act }: Scenario,
  token: string,
  disturbance: Disturbance,
): Promise<void> {
  lab.faults.revive();
  const { handler } = lab;
  switch (disturbance.kind) {
    case 'delivered-twice':
      lab.handler = async (ports, event) => {
        await handler(ports, event);
        return event.step === disturbance.step ? handler(lab.ports(), event) : undefined;
      };
      break;
    case 'finished-out-of-turn':
      lab.handler = async (ports, event) => {
        if (event.step !== disturbance.before) return handler(ports, event);
        await handler(ports, { ...event, step: 'finishSecret' }).catch(() => {});
        return handler(lab.ports(), event);
      };
      break;
    case 'same-token-meanwhile':
      lab.faults.pause(disturbance.at, () => meanwhile(lab, token));
      break;
    case 'other-token-meanwhile':
      lab.faults.pause(disturbance.at, () => meanwhile(lab, lab.newToken()));
      break;
    default:
      lab.faults.plan(disturbance.at, disturbance.kind);
  }
  await act(lab, token);
  lab.handler = handler;
  lab.faults.revive();
}

async function meanwhile(lab: Lab, token: string): Promise<boolean> {
  const { now } = lab;
  lab.watch.isConcurrent = true;
  const pending = lab.secrets.find(lab.arn).holder('AWSPENDING');
  if (pending?.id !== token && lab.subject.overlaps) lab.removePendingByHand();
  await rotate(lab, token);
  return lab.now - now > REQUEST_MS;
}
