import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import { auditExitCode, EXIT_CODE, operationExitCode } from './exit-code.ts';
import { askPassword } from './password.ts';
import { asciiJson } from './picture/json.ts';
import { operationPicture } from './picture/operation.ts';
import { picture } from './picture/picture.ts';
import { printable } from './picture/text.ts';
import { parseTarget, type TypedLogin } from './target.ts';
import type { Outcome } from './validate.ts';

const { stdin, stdout, stderr } = process;
/** Longer lines are hard to read, however wide the terminal is; the bars need the least. */
const COLUMNS = { least: 48, most: 80 };

const command = parseCommandLine(process.argv.slice(2));
if (command.kind === 'text') stdout.write(command.text);
else if (command.kind === 'refused') show(command, false);
else if (command.kind === 'operate') await operated(command);
else if (command.kind === 'audit') await audited(command);
else if (command.kind === 'explain') await explained(command.check);
else show(await validate(command.target, command.ca), command.json);

async function validate(text: string, caFile: string | undefined): Promise<Outcome> {
  const target = parseTarget(text);
  if (target.kind === 'refused') return target;
  if (target.kind === 'login') return validateTyped(target, caFile);
  if (caFile !== undefined) {
    return { kind: 'refused', message: '--ca is for a URL: a secret holds its own `ca`.' };
  }
  const { validateStored } = await import('./validate.ts');
  return validateStored(target.secretId);
}

async function validateTyped(login: TypedLogin, caFile: string | undefined): Promise<Outcome> {
  const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8').catch(() => null);
  if (ca === null) return { kind: 'refused', message: 'The file of --ca cannot be read.' };
  const asked = await askPassword(`${login.username} at ${login.host}`, stdin, stderr);
  if (asked.kind !== 'password') return asked;
  // Not before: the SDK takes its time to load, and the prompt should not wait for it.
  const { validateLogin } = await import('./validate.ts');
  return validateLogin(login, asked.password, ca);
}

async function operated(asked: Extract<CommandLine, { kind: 'operate' }>): Promise<void> {
  const { confirm } = await import('./confirm.ts');
  const refusal = asked.yes ? null : await confirm(asked.operation, asked.secretId, stdin, stderr);
  if (refusal) return show(refusal, false);
  const { operate } = await import('./operate.ts');
  let steps = 0;
  const outcome = await operate(asked, (operation) => {
    for (const { step, result } of operation.steps.slice(steps))
      stderr.write(`${printable(`${step}: ${result}`)}\n`);
    steps = operation.steps.length;
  });
  if (outcome.kind !== 'operated') return show(outcome, false);
  const { operation } = outcome;
  const text = asked.json ? `${asciiJson(operation)}\n` : operationPicture(operation, columns(), styleText);
  stdout.write(text);
  process.exitCode = operationExitCode(operation);
}

async function audited(asked: Extract<CommandLine, { kind: 'audit' }>): Promise<void> {
  const { audit } = await import('./audit.ts');
  const outcome = await audit(asked);
  if (outcome.kind !== 'audited') return show(outcome, false);
  const { auditPicture } = await import('./picture/audit.ts');
  stdout.write(
    asked.json ? `${asciiJson(outcome.audit)}\n` : auditPicture(outcome.audit, columns(), styleText),
  );
  process.exitCode = auditExitCode(outcome.audit);
}

/** The catalogue is loaded for this command only. */
async function explained(id: string): Promise<void> {
  const { explain } = await import('./explain.ts');
  const outcome = explain(id);
  if (outcome.kind !== 'explained') return show(outcome, false);
  const { explanation } = await import('./picture/explanation.ts');
  stdout.write(explanation(outcome.check, columns(), styleText));
}

/** A terminal that does not know its size says 0. */
function columns(): number {
  return Math.min(Math.max(stdout.columns || COLUMNS.most, COLUMNS.least), COLUMNS.most);
}

function show(outcome: Outcome, asJson: boolean): void {
  if (outcome.kind !== 'validated') {
    stderr.write(`keyturn: ${outcome.message}\n`);
    process.exitCode = EXIT_CODE[outcome.kind];
    return;
  }
  const { answer, evidence } = outcome;
  stdout.write(asJson ? `${asciiJson(answer)}\n` : picture(answer, evidence, columns(), styleText));
  process.exitCode = EXIT_CODE[answer.credential];
}
