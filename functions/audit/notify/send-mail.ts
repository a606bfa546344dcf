import { setTimeout as sleep } from 'node:timers/promises';
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import { isThrottling } from '../../observe/throttling.ts';
import type { Send } from './digests.ts';

/** The SES sandbox takes one message a second. */
const TRIES = 6;
const BACKOFF_MS = 100;

// A mail whose answer was lost may have gone out: only what Amazon SES has refused is sent again.
const ses = new SESClient({ maxAttempts: 1 });

/** Structured, not raw: Amazon SES makes the headers, so that no text can add one. */
export function sendFrom(from: string): Send {
  const part = (Data: string) => ({ Charset: 'UTF-8', Data });
  return (to, { subject, text, html }) =>
    patiently(
      new SendEmailCommand({
        Source: from,
        Destination: { ToAddresses: [to] },
        Message: { Subject: part(subject), Body: { Text: part(text), Html: part(html) } },
      }),
    );
}

async function patiently(mail: SendEmailCommand): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return void (await ses.send(mail));
    } catch (error) {
      if (tried === TRIES || !isThrottling(error)) throw error;
      await sleep(Math.random() * BACKOFF_MS * 2 ** tried);
    }
  }
}
