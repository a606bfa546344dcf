import password from '@inquirer/password';
import { Redacted } from '../functions/secrets/redacted.ts';
import type { Failure } from './exit-code.ts';
import { printable } from './picture/text.ts';

/** Well beyond any password, so that no endless input is kept. */
const LIMIT_BYTES = 64 * 1024;

export type Asked = { readonly kind: 'password'; readonly password: Redacted } | Failure;

/** Asks for the password of `login` without echo, with the prompt on `output`; off a terminal it is the first line of `input`. */
export async function askPassword(
  login: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<Asked> {
  try {
    const text = input.isTTY
      ? await password({ message: `Password of ${printable(login)}`, toggleMask: false }, { input, output })
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
