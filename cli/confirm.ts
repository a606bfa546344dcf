import { createInterface } from 'node:readline/promises';
import type { OperationName } from '../functions/lifecycle/operate/operation.ts';
import type { Failure } from './exit-code.ts';
import { printable } from './picture/text.ts';

/** What somebody has to know before it is done; the others change nothing that works. */
const CONSEQUENCES: Partial<Record<OperationName, string>> = {
  rollback:
    'makes the previous credential current again, once it is proven, and switches the present one off',
  compromised:
    'revokes all that the secret holds now; clients that cached one of them fail until they refresh',
  'accept-endpoint':
    'lets new passwords of the secret go to that host and port, with the security and the CA that stand there now',
};

/** Null when it may be done. Off a terminal nobody can be asked, so --yes has to say it. */
export async function confirm(
  operation: OperationName,
  secretId: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<Failure | null> {
  const consequence = CONSEQUENCES[operation];
  if (!consequence) return null;
  if (!input.isTTY)
    return { kind: 'refused', message: `${operation} ${consequence}. Confirm it with --yes.` };
  const lines = createInterface({ input, output });
  const answer = await lines
    .question(`${operation} ${printable(secretId)}: ${consequence}.\nType the secret id to go on: `)
    .finally(() => lines.close());
  return answer.trim() === secretId ? null : { kind: 'refused', message: 'Nothing was done.' };
}
