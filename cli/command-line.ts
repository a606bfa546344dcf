import { Command, CommanderError } from 'commander';
import { OPERATIONS, type OperationName } from '../functions/lifecycle/operate/operation.ts';
import manifest from '../package.json' with { type: 'json' };
import type { AuditCommand } from './audit.ts';
import type { OperateCommand } from './operate.ts';
import { EXIT_CODE } from './outcome.ts';

export type CommandLine =
  | {
      readonly kind: 'validate';
      readonly target: string;
      readonly json: boolean;
      /** Path of a PEM file. */
      readonly ca?: string;
    }
  | (OperateCommand & { readonly kind: 'operate'; readonly json: boolean; readonly yes: boolean })
  | (AuditCommand & { readonly kind: 'audit'; readonly json: boolean })
  | { readonly kind: 'explain'; readonly check: string }
  /** Help or version, for standard output. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

const VALIDATE_HELP = `
The password of a URL is asked for, or is the first line of standard input when
that is not a terminal. smtps:// is TLS from the first byte (port 465 unless
given), smtp:// is STARTTLS (port 587). Write @ as it is or as %40.

A secret is read with your own AWS credentials and region; like everything in
Keyturn it must carry the tag keyturn:managed=true.

Exit codes:
  ${EXIT_CODE.good}  good     the server accepted the login over verified TLS
  ${EXIT_CODE.bad}  bad      the server definitely refused the login
  ${EXIT_CODE.unknown}  unknown  neither was proven: the verdict says why; or AWS did not answer
  ${EXIT_CODE.refused}  usage    not tried: wrong arguments, or a secret that cannot be read

Examples:
  keyturn validate keyturn/orders
  keyturn validate smtps://orders@example.com@smtp.example.com
  keyturn validate --ca company-ca.pem smtp://orders@mail.corp.example:2525
  pass show mail/orders | keyturn validate --json smtp://orders@smtp.example.com`;

const SUMMARIES: Readonly<Record<OperationName, string>> = {
  rotate: 'make a new credential current, proven by logins',
  rollback: 'make the previous credential current again, once it is proven',
  compromised: 'revoke all that the secret holds now, with no overlap',
  doctor: 'say in plain words how a secret stands, and what to do',
  'accept-endpoint': 'let new passwords go to a changed endpoint, as it stands in the secret',
};

const OPERATE_HELP = `
Done through the API of the deployment, with your own AWS credentials and
region: --api or KEYTURN_API_URL is the output ApiUrl of its stack. It takes the
policy Operator, with MFA. Who, why and each step stand in the ledger.

rollback, compromised and accept-endpoint ask before they begin; --yes answers.

Exit codes:
  ${EXIT_CODE.good}  done     as it was asked for; doctor: nothing is wrong
  ${EXIT_CODE.bad}  failed   the message says what has changed; doctor: issues
  ${EXIT_CODE.unknown}  unknown  AWS or the API did not answer, or the operation died
  ${EXIT_CODE.refused}  usage    not begun: wrong arguments, or not allowed

Examples:
  keyturn doctor keyturn/orders
  keyturn rollback keyturn/orders --reason "the new key cannot send"
  keyturn compromised keyturn/orders --reason INC-42 --yes --json
  keyturn accept-endpoint keyturn/orders mail.example.com:465`;

const AUDIT_HELP = `
Shows what an audit found, the latest one unless its id is given: score, what
to do first, and the nineteen practices. It starts none: the schedule does, or
an operator who starts an execution of the stack's state machine.

Asked of the API of the deployment, with your own AWS credentials and region:
--api or KEYTURN_API_URL is the output ApiUrl of its stack. It takes the policy
Viewer.

Exit codes:
  ${EXIT_CODE.good}  good     no check failed
  ${EXIT_CODE.bad}  failed   a check failed
  ${EXIT_CODE.unknown}  unknown  none failed, but not every credential was examined; or AWS or
              the API did not answer
  ${EXIT_CODE.refused}  usage    wrong arguments, no such audit, or not allowed

Examples:
  keyturn audit
  keyturn audit 5f0c7a1e-... --json`;

const EXPLAIN_HELP = `
Offline. The ids stand in the report, in docs/checks.md and in the output of
keyturn audit.

Exit codes:
  ${EXIT_CODE.good}  good     explained
  ${EXIT_CODE.refused}  usage    no such check; one with a similar id is named

Example:
  keyturn explain tls.enforced`;

/** commander's own messages repeat arguments, which may hold a password. */
const MESSAGES: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'unknown command',
  'commander.unknownOption': 'unknown option',
  'commander.missingArgument':
    'it was not said what: a secret id, for validate also a login as a URL, for explain a check',
  'commander.excessArguments': 'more than one thing was given',
  'commander.optionMissingArgument': 'an option needs a value: --ca a file, --reason a text, --api a URL',
};

/** Reads the arguments after the script's name. Does nothing else. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let parsed: CommandLine = refused('no command was given');
  let text = '';
  const program = new Command('keyturn')
    .description('SMTP credentials that are proven to work')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ writeOut: (chunk) => (text += chunk), writeErr: () => {} });
  program
    .command('validate')
    .summary('log in once over verified TLS, and say what that proves')
    .description('Logs in once over verified TLS, and says what that proves of the credential.')
    .usage('[options] <secret-id> | smtp[s]://user@host[:port]')
    .argument('<target>', 'secret id or ARN, or the login as a URL without its password')
    .option('--json', 'print the result as JSON, as POST /validations answers it')
    .option('--ca <file>', 'PEM certificates to trust instead of the public ones (URL only)')
    .addHelpText('after', VALIDATE_HELP)
    .action((target: string, { json = false, ca }: { json?: boolean; ca?: string }) => {
      parsed = { kind: 'validate', target, json, ...(ca !== undefined && { ca }) };
    });
  addAudit(program, (command) => {
    parsed = command;
  });
  for (const operation of OPERATIONS) {
    addOperation(program, operation, (command) => {
      parsed = command;
    });
  }
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0
      ? { kind: 'text', text }
      : refused(MESSAGES[error.code] ?? 'no command was given', suggestionOf(error));
  }
  return parsed;
}

function addAudit(program: Command, then: (command: CommandLine) => void): void {
  program
    .command('audit')
    .summary('show what the latest audit found')
    .description('Shows what an audit found.')
    .argument('[id]', 'runId of an audit', 'latest')
    .option('--api <url>', 'output ApiUrl of the stack; else KEYTURN_API_URL')
    .option('--json', 'print the audit as JSON, as the API answers it')
    .addHelpText('after', AUDIT_HELP)
    .action((id: string, { json = false, api }: { json?: boolean; api?: string }) => {
      then({ kind: 'audit', id, json, ...(api !== undefined && { apiUrl: api }) });
    });
  program
    .command('explain')
    .summary('say why a check matters, and how to fix what it finds')
    .description('Says why a check of the audit matters, and how to fix what it finds.')
    .argument('<check>', 'id of a check, such as tls.enforced')
    .addHelpText('after', EXPLAIN_HELP)
    .action((check: string) => then({ kind: 'explain', check }));
}

interface OperateOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly fix?: boolean;
  readonly reason?: string;
  readonly api?: string;
}

function addOperation(
  program: Command,
  operation: OperationName,
  then: (command: CommandLine) => void,
): void {
  const command = program
    .command(operation)
    .summary(SUMMARIES[operation])
    .description(SUMMARIES[operation])
    .argument('<secret-id>', 'name or ARN of the secret');
  if (operation === 'accept-endpoint') command.argument('<host:port>', 'as they stand in the secret');
  command
    .option('--reason <text>', 'why, for the ledger: at most 500 characters')
    .option('--api <url>', 'output ApiUrl of the stack; else KEYTURN_API_URL')
    .option('--json', 'print the operation as JSON, as the API answers it')
    .addHelpText('after', OPERATE_HELP);
  if (operation === 'doctor') command.option('--fix', 'fix what can safely be fixed');
  else command.option('--yes', 'do not ask');
  command.action(() => {
    const [secretId = '', endpoint] = command.args;
    const { json, yes, fix, reason, api } = command.opts<OperateOptions>();
    const options = { json: json === true, yes: yes === true, fix: fix === true };
    const given = {
      ...(endpoint !== undefined && { endpoint }),
      ...(reason !== undefined && { reason }),
      ...(api !== undefined && { apiUrl: api }),
    };
    then({ kind: 'operate', operation, secretId, ...options, ...given });
  });
}

/** The last line of commander's message, which holds names of ours only: what was typed stands in the line before. */
export function suggestionOf({ message }: CommanderError): string | undefined {
  return /\n\((Did you mean [\w, .-]+\?)\)$/.exec(message)?.[1];
}

function refused(problem: string, suggestion = 'Try: keyturn --help'): CommandLine {
  return { kind: 'refused', message: `${problem}. ${suggestion}` };
}
