import type net from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { Leaf } from '../../sandbox/certificates.ts';
import { listenForLines } from './scripted-lines.ts';
import { talkTo } from './scripted-talk.ts';
import { type Handshake, secured } from './scripted-tls.ts';
import type { Recorder } from './wire-log.ts';

/**
 * `close`: the end of the connection · `half-close`: the server's end of it, while it goes on to listen ·
 * `reset`: TCP RST · `silence`: the connection stays and nothing more is said.
 */
export const ENDINGS = ['close', 'half-close', 'reset', 'silence'] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Act {
  /** Bytes as they go out (write the CRLF), or how it ends. */
  readonly send: string | Uint8Array | Ending;
  /** In packets of so many bytes, each so many milliseconds after the last; without it in one. */
  readonly pace?: { readonly bytes: number; readonly everyMs: number };
  /** Again and again, until the client is gone. */
  readonly endless?: boolean;
  /** TLS starts right after `send`, as after `220` to STARTTLS. */
  readonly upgrade?: boolean | Handshake;
}

export interface Step extends Act {
  /** The client's next line must match, else the connection ends. Without it the step acts at once. */
  readonly expect?: RegExp;
}

/** Answers lines by their verb until one of the acts ends the connection or starts TLS, whatever order they come in. */
export interface Talk {
  readonly talk: Readonly<Record<string, string | Act>>;
}

export type Script = readonly (Step | Talk)[];

interface Wire {
  readonly tcp: net.Socket;
  readonly leaf: Leaf;
  readonly record: Recorder;
}

/** Plays `script` to one client; a line after the last step ends the connection. Rejects when the client is gone. */
export async function play(script: Script, wire: Wire, socket: net.Socket = wire.tcp): Promise<void> {
  const lines = listenForLines(socket, wire.record);
  for (const [index, step] of script.entries()) {
    const act = 'talk' in step ? await talkTo(lines, step, (next) => perform(next, socket, wire)) : step;
    if ('expect' in step && !step.expect?.test(await lines.next()))
      return void setImmediate(() => wire.tcp.destroy());
    if (!(await perform(act, socket, wire))) return;
    if (act.upgrade) {
      lines.stop();
      return play(script.slice(index + 1), wire, await upgraded(socket, wire, act.upgrade));
    }
  }
  await lines.next();
  socket.end();
}

/** False when the connection has come to its end. */
async function perform(act: Act, socket: net.Socket, { tcp, record }: Wire): Promise<boolean> {
  if (!isEnding(act.send)) {
    await say(act, act.send, socket, record);
    return true;
  }
  end(act.send, socket, tcp);
  return false;
}

function isEnding(send: Step['send']): send is Ending {
  return ENDINGS.some((ending) => ending === send);
}

function end(ending: Ending, socket: net.Socket, tcp: net.Socket): void {
  // In the next turn: Node dies of a socket that is destroyed while OpenSSL reads from it.
  if (ending === 'reset') return void setImmediate(() => tcp.resetAndDestroy());
  if (ending !== 'silence') socket.end();
  if (ending !== 'half-close') socket.resume().once('end', () => setImmediate(() => tcp.destroy()));
}

/** Rejects when the client refuses the certificate or hangs up. */
function upgraded(socket: net.Socket, wire: Wire, upgrade: true | Handshake): Promise<net.Socket> {
  const handshake = upgrade === true ? {} : upgrade;
  const next = secured(socket, handshake.leaf ?? wire.leaf, handshake);
  return new Promise((resolve, reject) => {
    if (handshake.cutAfter !== undefined) return resolve(next);
    // `secure` comes while OpenSSL reads, and Node dies of a socket that is destroyed in the same turn (nodejs/node#65035).
    next.once('secure', () => setImmediate(() => resolve(next)));
    next.once('close', () => reject(new Error('the client hung up')));
  });
}

async function say(act: Act, send: string | Uint8Array, socket: net.Socket, record: Recorder): Promise<void> {
  const bytes = Buffer.from(send);
  await sayOnce(bytes, act.pace, socket, record);
  while (act.endless) {
    await nextTurn();
    await sayOnce(bytes, act.pace, socket, record);
  }
}

async function sayOnce(
  bytes: Buffer,
  pace: Act['pace'],
  socket: net.Socket,
  record: Recorder,
): Promise<void> {
  const size = pace?.bytes ?? bytes.length;
  for (let start = 0; start < bytes.length; start += size) {
    if (start > 0) await (pace?.everyMs ? sleep(pace.everyMs) : nextTurn());
    await write(socket, bytes.subarray(start, start + size), record);
  }
}

/** Waits for a full buffer to empty, so that endless talk costs no memory here; rejects when the client is gone. */
async function write(socket: net.Socket, bytes: Buffer, record: Recorder): Promise<void> {
  if (!socket.writable) throw new Error('the client hung up');
  record('server', bytes.toString('latin1'), !(socket instanceof TLSSocket));
  if (socket.write(bytes)) return;
  await new Promise<void>((resolve) => {
    socket.once('drain', resolve).once('close', resolve);
  });
}
