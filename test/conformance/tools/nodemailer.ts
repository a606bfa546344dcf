import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { claimOfNodemailer } from '../claims.ts';
import { PASSWORD, PATIENCE_MS, type Tool, USERNAME } from './tool.ts';

/** As https://nodemailer.com/smtp shows it, with the authority to trust in `tls` (https://nodemailer.com/smtp#tls-options). */
export const nodemailer: Tool = {
  name: 'nodemailer `verify()`',
  version: async () => {
    const manifest = new URL('../../../node_modules/nodemailer/package.json', import.meta.url);
    return JSON.parse(await readFile(manifest, 'utf8')).version;
  },
  claim: async ({ host, port, security, ca }) => {
    const transporter = createTransport({
      host,
      port,
      secure: security === 'tls',
      auth: { user: USERNAME, pass: PASSWORD },
      tls: { ca },
    });
    const verified = transporter.verify().catch((error: unknown) => error as object);
    const outcome = await Promise.race([verified, sleep(PATIENCE_MS, {}, { ref: false })]);
    transporter.close();
    return claimOfNodemailer(outcome);
  },
};
