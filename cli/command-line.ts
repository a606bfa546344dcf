import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { EXIT_CODE } from './exit-code.ts';

export type CommandLine =
  | {
      readonly kind: 'validate';
      readonly target: string;
      readonly json: boolean;
      /** Path of a PEM file. */
      readonly ca?: string;
    }
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

/** commander's own messages repeat arguments, which may hold a password. */
const MESSAGES: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'unknown command; the only one is `validate`',
  'commander.unknownOption': 'unknown option; there are --json, --ca <file> and --help',
  'commander.missingArgument': 'nothing to validate was given',
  'commander.excessArguments': 'more than one thing to validate was given',
  'commander.optionMissingArgument': '--ca needs a file',
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
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0
      ? { kind: 'text', text }
      : refused(MESSAGES[error.code] ?? 'no command was given');
  }
  return parsed;
}

function refused(problem: string): CommandLine {
  return { kind: 'refused', message: `${problem}. Try: keyturn validate --help` };
}
