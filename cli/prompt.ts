import { createInterface } from 'node:readline/promises';
import askWithoutEcho from '@inquirer/password';
import type { OperationName } from '../functions/lifecycle/operate/operation.ts';
import { Redacted } from '../functions/secrets/redacted.ts';
import type { Failure } from './outcome.ts';
import { printable } from './picture/page.ts';

/** Well beyond any password, so that no endless input is kept. */
const LIMIT_BYTES = 64 * 1024;

export type Asked = { readonly kind: 'password'; readonly password: Redacted } | Failure;

/** Asks for the password of `login` without echo, with the prompt on `output`; off a terminal it is the first line of `input`. */
export async function askPassword(
  login: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<Asked> {
  const message = `Password of ${printable(login)}`;
  try {
    const text = input.isTTY
      ? await askWithoutEcho({ message, toggleMask: false }, { input, output })
      : await firstLine(input);
    if (text === '') return { kind: 'refused', message: 'No password was given.' };
    return { kind: 'password', password: new Redacted(text) };
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError')
      return { kind: 'interrupted', message: 'Interrupted.' };
    throw error;
  }
}

async function firstLine(input: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    size += chunk.length;
    if (chunk.includes('\n') || size > LIMIT_BYTES) break;
  }
  const [line = ''] = Buffer.concat(chunks).toString().split(/\r?\n/, 1);
  return line;
}

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
