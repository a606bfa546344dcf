import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode, type Question } from 'dns-packet';
import { SystemResolver } from '../../functions/net/dns/address-cache.ts';

const NXDOMAIN = 3;
const SERVFAIL = 2;

export interface DnsRecord {
  readonly type: 'A' | 'AAAA';
  readonly data: string;
  /** Seconds. */
  readonly ttl: number;
}

/** What a question is answered with, as often as it is asked. */
export type Zone = (name: string) => readonly DnsRecord[] | 'not-found' | 'failure' | 'silence';

export interface DnsServer {
  /** As Node's Resolver.setServers takes it. */
  readonly address: string;
  /** Every question so far, as in `A mail.test`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

/** A name server on a free UDP port of 127.0.0.1. */
export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4', (message, from) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (!question) return;
    questions.push(`${question.type} ${question.name}`);
    const found = zone(question.name);
    if (found === 'silence') return;
    const reply = { type: 'response' as const, id: query.id ?? 0, questions: [question] };
    socket.send(encode({ ...reply, ...answerTo(question, found) }), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function answerTo(
  { name, type }: Question,
  found: Exclude<ReturnType<Zone>, 'silence'>,
): { flags: number; answers: Answer[] } {
  if (found === 'not-found') return { flags: NXDOMAIN, answers: [] };
  if (found === 'failure') return { flags: SERVFAIL, answers: [] };
  const records = found.filter((record) => record.type === type);
  return { flags: 0, answers: records.map((record) => ({ ...record, name })) };
}

/** Asks this server, and then for ever this computer, which the login may have given up long before. */
export function resolverOf({ address }: DnsServer): SystemResolver {
  const lookup = () => new Promise<readonly string[]>(() => {});
  return Object.assign(new SystemResolver([address]), { lookup });
}
