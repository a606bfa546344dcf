import type { Known, Prover } from '../../../functions/budget/attempt.ts';
import { resultWith } from '../../../functions/smtp/login-result.ts';
import type { Verdict } from '../../../functions/smtp/verdicts.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { proverOn } from '../../support/prover.ts';
import { type Answer, evidenceOf } from './evidence.ts';

/** One process whose server gives `answers` in turn, on a clock that only its sleeps and the test move. */
export class ScriptedProver {
  now = Date.parse('2026-11-24T06:00:00Z');
  readonly answers: Answer[];
  readonly prover: Prover;
  known: Known | null = null;
  /** When each login was dialled. */
  readonly dialled: number[] = [];
  readonly users: string[] = [];
  /** The address that each login is connected to. */
  connectedTo: string | null = null;
  /** What the DNS says of each host. */
  addresses: Readonly<Record<string, readonly string[]>> = {};

  constructor(answers: readonly Answer[], table = new InProcessTable()) {
    this.answers = [...answers];
    this.prover = proverOn(table, [], {
      login: async ({ username }) => this.#answer(username),
      addresses: async ({ host }) => this.addresses[host] ?? [],
      latest: async () => this.known,
      now: () => this.now,
      sleep: async (ms) => {
        this.now += ms;
      },
    });
  }

  /** What the ledger would know after a check with this verdict. */
  knows(known: Verdict, lastCheck: Verdict = known): void {
    this.known = {
      credential: resultWith(known).credential,
      lastCheck: { verdict: lastCheck, checkedAt: new Date(this.now).toISOString(), versionId: null },
    };
  }

  #answer(username: string) {
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error('one login more than the test expects');
    this.dialled.push(this.now);
    this.users.push(username);
    return { ...evidenceOf(answer), ...(this.connectedTo !== null && { address: this.connectedTo }) };
  }
}
