import { claimOfSmtplib } from '../claims.ts';
import { PASSWORD, PATIENCE_MS, run, type Tool, USERNAME, versionOf } from './tool.ts';

/** As https://docs.python.org/3/library/smtplib.html and .../ssl.html show it. */
const PROGRAM = `
import json, smtplib, ssl, sys
host, port, security, ca_file, username, password, timeout = sys.argv[1:]
context = ssl.create_default_context(cafile=ca_file)
outcome = {"raised": None}
try:
    if security == "tls":
        server = smtplib.SMTP_SSL(host, int(port), context=context, timeout=float(timeout))
    else:
        server = smtplib.SMTP(host, int(port), timeout=float(timeout))
        server.starttls(context=context)
    server.login(username, password)
except Exception as error:
    outcome = {"raised": type(error).__name__, "smtpCode": getattr(error, "smtp_code", 0)}
print(json.dumps(outcome))
`;

export const smtplib: Tool = {
  name: 'Python smtplib',
  version: () => versionOf('python3', /Python (\S+)/),
  claim: async ({ host, port, security, caFile }) => {
    const { stdout } = await run('python3', [
      ...['-c', PROGRAM, host, String(port), security, caFile, USERNAME, PASSWORD],
      String(PATIENCE_MS / 1000),
    ]);
    return stdout === '' ? 'no claim' : claimOfSmtplib(JSON.parse(stdout));
  },
};
