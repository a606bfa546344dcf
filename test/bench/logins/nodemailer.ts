import nodemailer from 'nodemailer';
import { type Login, serve } from './client.ts';

/** As nodemailer's documentation verifies a credential: https://nodemailer.com/smtp#verify-the-configuration. */
function verify(): Login {
  return async ({ host, port, security, ca, username, password }) => {
    const transport = nodemailer.createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: true,
      auth: { user: username, pass: password },
      tls: { ca },
    });
    await transport.verify();
    transport.close();
  };
}

void serve(verify);
