import { FAULTY_LEAVES } from '../support/faulty-leaves.ts';
import { type ScriptedServer, startScriptedServer } from '../support/scripted-server.ts';
import type { Behaviour } from './behaviour.ts';

/** A server on a free port of this computer that behaves so, to as many clients as come. */
export async function serve({
  security,
  script,
  certificate,
  speaksPlain,
}: Behaviour): Promise<ScriptedServer> {
  const presented = certificate && (await FAULTY_LEAVES[certificate]());
  const server = await startScriptedServer(script, {
    security: speaksPlain ? 'starttls' : security,
    ...presented,
  });
  return { ...server, security };
}
