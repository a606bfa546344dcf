import { setTimeout as sleep } from 'node:timers/promises';
import { ORDERS } from '../deploy/credentials.ts';

/** A message begins so often (ms), whether those before it have ended or not. */
const PACE_MS = 50;

export interface Loss {
  readonly subject: string;
  readonly at: Date;
  readonly why: string;
}

export interface Message {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** nodemailer, as far as it sends. */
export interface Mailer {
  sendMail(message: Message): Promise<unknown>;
  close(): void;
}

export interface Sender {
  /** Subjects that the server has accepted. */
  readonly accepted: readonly string[];
  readonly losses: readonly Loss[];
  /** Resolves when every message that was begun has ended. */
  stop(): Promise<void>;
}

/** Sends without pause, each message with a subject of its own, until it is stopped. */
export function startSender(mailer: Mailer, name: string): Sender {
  const accepted: string[] = [];
  const losses: Loss[] = [];
  const send = async (subject: string) => {
    try {
      await mailer.sendMail({ from: ORDERS.from, to: 'customer@example.net', subject, text: 'Chaos.\n' });
      accepted.push(subject);
    } catch (error) {
      losses.push({ subject, at: new Date(), why: String(error) });
    }
  };
  let stopped = false;
  const run = async () => {
    const sends: Promise<void>[] = [];
    for (let count = 1; !stopped; count += 1) {
      sends.push(send(`${name} ${count}`));
      await sleep(PACE_MS);
    }
    await Promise.all(sends);
    mailer.close();
  };
  const running = run();
  const stop = () => {
    stopped = true;
    return running;
  };
  return { accepted, losses, stop };
}
