import { gated, type Row, times, told } from '../rows.ts';
import { median } from '../turns.ts';
import type { Target, Work } from './client.ts';
import type { Network } from './namespaces.ts';
import { Client, type ClientName } from './processes.ts';
import type { Targets } from './servers.ts';

const ROUNDS = 15;

interface Case {
  readonly server: 'dovecot' | 'postfix';
  readonly security: 'tls' | 'starttls';
}

/** Who logs in, and whether it was there before. */
type Visit = readonly [client: ClientName, contact: Work['contact']];
const VISITS = [
  ['raw', 'first'],
  ['nodemailer', 'first'],
  ['keyturn', 'first'],
  ['keyturn', 'warm'],
] as const satisfies Visit[];

const CASES: readonly Case[] = [
  { server: 'dovecot', security: 'tls' },
  { server: 'dovecot', security: 'starttls' },
  { server: 'postfix', security: 'tls' },
  { server: 'postfix', security: 'starttls' },
];

/** Round trips decide on Dovecot; Postfix stalls in a full handshake, which a resumed session goes around. */
const FIRST_TO_RAW = 1.03;
const WARM_TO_NODEMAILER = { tls: 0.75, starttls: 0.82 };

type Medians = Readonly<Record<`${ClientName} ${Work['contact']}`, number>>;

/** Milliseconds to the result of one login, each client in a process of its own, in turns. */
export async function latencyRows(network: Network, bundles: string, targets: Targets): Promise<Row[]> {
  const names: readonly ClientName[] = ['raw', 'nodemailer', 'keyturn'];
  const clients = new Map(names.map((name) => [name, new Client(network, bundles, name)]));
  const rows: Row[] = [];
  for (const one of CASES) {
    const target = targets[one.server][one.security];
    const samples = new Map<string, number[]>(VISITS.map(([name, contact]) => [`${name} ${contact}`, []]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [name, contact] of VISITS) {
        const ms = await visit(clients.get(name), target, contact);
        // The first round warms up code, and fills what a warm client remembers.
        if (round > 0) samples.get(`${name} ${contact}`)?.push(ms);
      }
    }
    const medians = Object.fromEntries([...samples].map(([key, ms]) => [key, median(ms)])) as Medians;
    rows.push(...rowsOf(one, medians));
  }
  await Promise.all([...clients.values()].map((client) => client.end()));
  return rows;
}

async function visit(client: Client | undefined, target: Target, contact: Work['contact']): Promise<number> {
  const done = await client?.do({ target, contact, logins: 1, concurrency: 1 });
  return done?.ms[0] ?? Number.NaN;
}

function rowsOf({ server, security }: Case, medians: Medians): Row[] {
  const where = `${server === 'dovecot' ? 'Dovecot' : 'Postfix'} ${security === 'tls' ? 465 : 587}`;
  const [raw, verify] = [medians['raw first'], medians['nodemailer first']];
  const [first, warm] = [medians['keyturn first'], medians['keyturn warm']];
  const of = (ours: number, theirs: number) => `${ours.toFixed(1)} of ${theirs.toFixed(1)} ms`;
  const judged = (what: string, ours: number, theirs: number, limit: number | null) =>
    limit === null
      ? told(what, `${of(ours, theirs)}, ${times(ours / theirs)}`)
      : gated(what, ours / theirs, limit, of(ours, theirs));
  const isDovecot = server === 'dovecot';
  return [
    judged(`${where}: first contact / raw client`, first, raw, isDovecot ? FIRST_TO_RAW : null),
    judged(`${where}: warm / verify()`, warm, verify, isDovecot ? null : WARM_TO_NODEMAILER[security]),
    judged(`${where}: verify() / raw client`, verify, raw, null),
  ];
}
