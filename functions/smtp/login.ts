import type { Network } from '../net/network.ts';
import type { Login } from '../secrets/credential.ts';
import type { Failure, LoginEvidence } from './evidence.ts';
import { type Afterwards, Session } from './session.ts';
import { StageDeadline } from './stage-deadline.ts';
import { Transcript } from './transcript.ts';

/**
 * One login: dial, verified TLS, AUTH, QUIT; on a fresh connection, never more than one AUTH.
 * Never rejects for what a server or network does; that is in the evidence. `budgetMs` bounds all of it.
 * `afterwards` goes on in the session when the login is proven.
 * No AUTH byte is sent before the server's certificate was verified for `host` (RFC 8314, RFC 9525).
 */
export async function login(
  credential: Login,
  budgetMs: number,
  network: Network,
  afterwards?: Afterwards,
): Promise<LoginEvidence> {
  const limitMs = Math.max(1, Math.floor(budgetMs));
  const deadline = new StageDeadline(budgetMs);
  const transcript = new Transcript(credential, (stage) => deadline.enter(stage));
  const session = new Session(credential, transcript, network, deadline.signal, limitMs);
  const failure = await session.run(afterwards);
  deadline.stop();
  const evidence = evidenceOf(credential, transcript, session, failure);
  await session.quit();
  return evidence;
}

function evidenceOf(
  { endpoint: { host, port, security }, tokenIssued }: Login,
  transcript: Transcript,
  { tls, used, proof, address }: Session,
  failure: Failure | null,
): LoginEvidence {
  const { stage, authSent, offered, lastReply } = transcript;
  const timings = transcript.timings();
  // Before the replies: a certificate that repeats a password takes their texts with it.
  const shownTls = tls && transcript.shownTls(tls);
  const shownFailure =
    failure?.kind === 'reply' ? { ...failure, reply: transcript.shown(failure.reply) } : failure;
  const last = proof ?? lastReply;
  const reply = shownFailure?.kind === 'reply' ? shownFailure.reply : last && transcript.shown(last);
  return {
    endpoint: { host, port, security },
    ...(address !== null && { address }),
    stage,
    failure: shownFailure,
    authSent,
    tls: shownTls,
    offered,
    used,
    ...(tokenIssued && { tokenIssued }),
    greeting: transcript.greeting,
    reply,
    timings,
    stages: transcript.stages(),
  };
}
