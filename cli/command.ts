import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import { auditExitCode, EXIT_CODE, type Failure, operationExitCode } from './outcome.ts';
import { asciiJson, type Paint, printable } from './picture/page.ts';
import { parseTarget, type TypedLogin } from './target.ts';
import type { Outcome } from './validate.ts';

/** Those of the process, which is a terminal or not. */
export type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>;

type Asked<Kind extends CommandLine['kind']> = Extract<CommandLine, { kind: Kind }>;
interface Shown {
  readonly kind: 'shown';
  /** For standard output. */
  readonly text: string;
  readonly exitCode: number;
}

/** Longer lines are hard to read, however wide the terminal is; the bars need the least. */
const COLUMNS = { least: 48, most: 80 };

/** Runs the command that `args` name, and resolves to its exit code. */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  const command = parseCommandLine(args);
  const outcome = await perform(command, streams);
  if (outcome.kind === 'shown') {
    streams.stdout.write(outcome.text);
    return outcome.exitCode;
  }
  if ('json' in command && command.json && outcome.answer)
    streams.stdout.write(`${asciiJson(outcome.answer)}\n`);
  streams.stderr.write(`keyturn: ${printable(outcome.message)}\n`);
  return EXIT_CODE[outcome.kind];
}

/** What a command needs is loaded for that command only: the SDK takes its time. */
function perform(command: CommandLine, streams: Streams): Promise<Shown | Failure> | Shown | Failure {
  switch (command.kind) {
    case 'text':
      return { kind: 'shown', text: command.text, exitCode: EXIT_CODE.good };
    case 'refused':
      return command;
    case 'validate':
      return validated(command, streams);
    case 'operate':
      return operated(command, streams);
    case 'audit':
      return audited(command, streams);
    case 'explain':
      return explained(command, streams);
  }
}

async function validated(asked: Asked<'validate'>, streams: Streams): Promise<Shown | Failure> {
  const outcome = await validate(asked, streams);
  if (outcome.kind !== 'validated') return outcome;
  const { answer, evidence } = outcome;
  const { validationPicture } = await import('./picture/validation.ts');
  const text = asked.json
    ? `${asciiJson(answer)}\n`
    : validationPicture(answer, evidence, ...screen(streams));
  return { kind: 'shown', text, exitCode: EXIT_CODE[answer.credential] };
}

async function validate({ target: text, ca }: Asked<'validate'>, streams: Streams): Promise<Outcome> {
  const target = parseTarget(text);
  if (target.kind === 'refused') return target;
  if (target.kind === 'login') return validateTyped(target, ca, streams);
  if (ca !== undefined)
    return { kind: 'refused', message: '--ca is for a URL: a secret holds its own `ca`.' };
  const { validateStored } = await import('./validate.ts');
  return validateStored(target.secretId);
}

async function validateTyped(
  login: TypedLogin,
  caFile: string | undefined,
  { stdin, stderr }: Streams,
): Promise<Outcome> {
  const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8').catch(() => null);
  if (ca === null) return { kind: 'refused', message: 'The file of --ca cannot be read.' };
  const { askPassword } = await import('./prompt.ts');
  const asked = await askPassword(`${login.username} at ${login.host}`, stdin, stderr);
  if (asked.kind !== 'password') return asked;
  const { validateLogin } = await import('./validate.ts');
  return validateLogin(login, asked.password, ca);
}

async function operated(asked: Asked<'operate'>, streams: Streams): Promise<Shown | Failure> {
  const { stdin, stderr } = streams;
  const { confirm } = await import('./prompt.ts');
  const refusal = asked.yes ? null : await confirm(asked.operation, asked.secretId, stdin, stderr);
  if (refusal) return refusal;
  const { operate } = await import('./operate.ts');
  let steps = 0;
  let waiting: string | null = null;
  const outcome = await operate(asked, ({ state, message, ...operation }) => {
    for (const { step, result } of operation.steps.slice(steps))
      stderr.write(`${printable(`${step}: ${result}`)}\n`);
    steps = operation.steps.length;
    if (state === 'running' && message !== null && message !== waiting)
      stderr.write(`${printable(message)}\n`);
    waiting = message;
  });
  if (outcome.kind !== 'operated') return outcome;
  const { operation } = outcome;
  const { operationPicture } = await import('./picture/operation.ts');
  const text = asked.json ? `${asciiJson(operation)}\n` : operationPicture(operation, ...screen(streams));
  return { kind: 'shown', text, exitCode: operationExitCode(operation) };
}

async function audited(asked: Asked<'audit'>, streams: Streams): Promise<Shown | Failure> {
  const { audit } = await import('./audit.ts');
  const outcome = await audit(asked);
  if (outcome.kind !== 'audited') return outcome;
  const { auditPicture } = await import('./picture/audit.ts');
  const text = asked.json ? `${asciiJson(outcome.audit)}\n` : auditPicture(outcome.audit, ...screen(streams));
  return { kind: 'shown', text, exitCode: auditExitCode(outcome.audit) };
}

async function explained({ check: id }: Asked<'explain'>, streams: Streams): Promise<Shown | Failure> {
  const { explain } = await import('./audit.ts');
  const outcome = explain(id);
  if (outcome.kind !== 'explained') return outcome;
  const { explanation } = await import('./picture/audit.ts');
  const text = explanation(outcome.check, ...screen(streams));
  return { kind: 'shown', text, exitCode: EXIT_CODE.good };
}

/** How wide to draw, and the colours: none off a terminal, or when NO_COLOR asks for none. */
function screen({ stdout }: Streams): [columns: number, paint: Paint] {
  // A terminal that does not know its size says 0.
  const columns = Math.min(Math.max(stdout.columns || COLUMNS.most, COLUMNS.least), COLUMNS.most);
  return [columns, (style, text) => styleText(style, text, { stream: stdout })];
}
