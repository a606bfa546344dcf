import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Credential } from '../../providers/secret.ts';
import type { Reply } from '../../smtp/evidence.ts';
import type { Afterwards } from '../../smtp/session.ts';
import { type AuditSettings, canaryRecipient, MAIL_ADDRESS, optInFor } from '../settings.ts';
import type { Rehearsal } from '../subjects/credential.ts';

/** A server that takes a bare line feed for a line end answers at once. */
const BARE_LF_MS = 2000;

type Heard = { -readonly [Step in keyof Rehearsal]: Rehearsal[Step] };
type Say = Parameters<Afterwards>[0];

export const NOTHING_HEARD: Rehearsal = { sender: null, canary: null, bareLf: null };

/** Goes on after a login, as far as the secret and the owner's consent allow, and writes down what it hears. */
export function rehearse(
  { from = '', endpoint }: Credential,
  { optIns }: AuditSettings,
  heard: Heard,
): Afterwards {
  const recipientOf = (check: 'canary-send' | 'bare-lf') => {
    const agreed = optInFor(optIns, endpoint.host, check);
    return agreed && canaryRecipient(endpoint.host, agreed.recipient);
  };
  return async (say) => {
    if (!MAIL_ADDRESS.test(from)) return;
    heard.sender = await say(`MAIL FROM:<${from}>`);
    if (heard.sender?.code !== 250) return;
    await say('RSET');
    const canary = recipientOf('canary-send');
    if (canary) heard.canary = await send(say, from, canary);
    const own = recipientOf('bare-lf');
    // Last, because the line is of no use afterwards.
    if (own) heard.bareLf = await endWithBareLf(say, from, own);
  };
}

async function send(say: Say, from: string, to: string): Promise<Reply | null> {
  const refused = await openMessage(say, from, to);
  return refused === undefined ? await say(`${message(from, to)}\r\n.`) : refused;
}

/** Undefined when the server waits for the message. */
async function openMessage(say: Say, from: string, to: string): Promise<Reply | null | undefined> {
  const steps = [
    [`MAIL FROM:<${from}>`, 250],
    [`RCPT TO:<${to}>`, 250],
    ['DATA', 354],
  ] as const;
  for (const [command, expected] of steps) {
    const reply = await say(command);
    if (reply?.code !== expected) return reply;
  }
  return undefined;
}

/** RFC 5321 section 2.3.8: only CRLF ends a line, so `LF . CR LF` does not end a message. Nothing is smuggled behind it. */
async function endWithBareLf(say: Say, from: string, to: string): Promise<Rehearsal['bareLf']> {
  if ((await openMessage(say, from, to)) !== undefined) return null;
  const answer = say(`${message(from, to)}\n.`);
  const first = await Promise.race([answer, sleep(BARE_LF_MS, 'none' as const)]);
  if (first !== 'none') return first;
  // Its reply is that to the message; this command never has one of its own.
  void say('.').catch(() => {});
  await answer;
  return 'none';
}

/** RFC 5322 section 3.6; RFC 3834 section 5 keeps answering machines quiet. */
function message(from: string, to: string): string {
  return [
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `From: <${from}>`,
    `To: <${to}>`,
    `Message-ID: <${randomUUID()}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    'Subject: Keyturn: this credential can send',
    'Auto-Submitted: auto-generated',
    '',
    'The audit sent this message to prove that the credential can send mail. Nothing has to be done.',
  ].join('\r\n');
}
