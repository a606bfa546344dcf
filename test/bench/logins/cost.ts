import { gated, type Row, told } from '../rows.ts';
import { median } from '../turns.ts';
import type { Target, Work } from './client.ts';
import type { Network } from './namespaces.ts';
import { Client, type ClientName } from './processes.ts';
import type { Targets } from './servers.ts';

const ROUNDS = 15;
const LOGINS = 50;
const CONCURRENCY = 10;
/** The dialogue is nodemailer's own connection: what is verified and noted besides may cost no more than is saved. */
const OF_VERIFY = 1;

/** One process that does the same number of logins as the others. */
class Worker {
  readonly #client: Client;
  readonly #work: Work;
  readonly #cpuMs: number[] = [];
  residentMiB = 0;

  constructor(client: Client, target: Target, contact: Work['contact']) {
    this.#client = client;
    this.#work = { target, contact, logins: LOGINS, concurrency: CONCURRENCY };
  }

  get cpuMs(): number {
    return median(this.#cpuMs);
  }

  /** Round by round, so that what slows down the whole computer for a while slows down both. */
  cpuTo(other: Worker): number {
    return median(this.#cpuMs.map((ms, round) => ms / (other.#cpuMs[round] ?? Number.NaN)));
  }

  async turn(counts: boolean): Promise<void> {
    const { cpuMs, residentMiB } = await this.#client.do(this.#work);
    if (counts) this.#cpuMs.push(cpuMs / LOGINS);
    this.residentMiB = residentMiB;
  }

  end(): Promise<void> {
    return this.#client.end();
  }
}

/**
 * CPU time of one login among ten, and the most memory: on Postfix, with TLS from the start. `full` is one process at
 * servers that it has not met before: nothing is resumed, but the trusted certificates are read already, as they are in
 * a function that takes one credential after the other.
 */
export async function costRows(network: Network, bundles: string, targets: Targets): Promise<Row[]> {
  const worker = (name: ClientName, contact: Work['contact']) =>
    new Worker(new Client(network, bundles, name), targets.postfix.tls, contact);
  const verify = worker('nodemailer', 'first');
  const raw = worker('raw', 'first');
  const full = worker('keyturn', 'stranger');
  const resumed = worker('keyturn', 'warm');
  const workers = [verify, raw, full, resumed];
  for (let round = 0; round <= ROUNDS; round += 1) {
    // The first round compiles the code, and is no round of the others.
    for (const one of workers) await one.turn(round > 0);
  }
  await Promise.all(workers.map((one) => one.end()));
  const cpu = (one: Worker) => `${one.cpuMs.toFixed(2)} of ${verify.cpuMs.toFixed(2)} ms`;
  const memory = (one: Worker) => `${one.residentMiB.toFixed(0)} of ${verify.residentMiB.toFixed(0)} MiB`;
  return [
    gated('CPU, full handshake, new server / verify()', full.cpuTo(verify), OF_VERIFY, cpu(full)),
    gated('CPU, resumed sessions / verify()', resumed.cpuTo(verify), OF_VERIFY, cpu(resumed)),
    told('CPU, raw client / verify()', cpu(raw)),
    gated('most memory / verify()', full.residentMiB / verify.residentMiB, OF_VERIFY, memory(full)),
    told('most memory, raw client / verify()', memory(raw)),
  ];
}
