import { type SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import pRetry from 'p-retry';
import { isThrottling } from '../../aws.ts';
import type { Send } from './digests.ts';

/** The SES sandbox takes one message a second; a mail whose answer was lost may have gone out, and is not sent again. */
const AGAIN = {
  retries: 5,
  minTimeout: 100,
  randomize: true,
  shouldRetry: ({ error }: { readonly error: Error }) => isThrottling(error),
};

/**
 * Structured, not raw: Amazon SES makes the headers, so that no text can add one. `ses` tries once: only what Amazon SES has
 * refused is sent again.
 */
export function sendFrom(ses: SESClient, from: string): Send {
  const part = (Data: string) => ({ Charset: 'UTF-8', Data });
  return async (to, { subject, text, html }) => {
    const mail = new SendEmailCommand({
      Source: from,
      Destination: { ToAddresses: [to] },
      Message: { Subject: part(subject), Body: { Text: part(text), Html: part(html) } },
    });
    await pRetry(() => ses.send(mail), AGAIN);
  };
}
