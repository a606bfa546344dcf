import { createHmac } from 'node:crypto';

const DATE = '11111111';
const SERVICE = 'ses';
const TERMINAL = 'aws4_request';
const MESSAGE = 'SendRawEmail';
const VERSION = 0x04;

/**
 * The Amazon SES SMTP password of an IAM secret access key: valid for one region only, the user name
 * is the access key id. 44 characters of base64.
 * Source: Amazon SES developer guide, "Obtaining Amazon SES SMTP credentials", signature version 4.
 */
export function sesSmtpPassword(secretAccessKey: string, region: string): string {
  const signature = [DATE, region, SERVICE, TERMINAL, MESSAGE].reduce<string | Buffer>(
    (key, text) => createHmac('sha256', key).update(text).digest(),
    `AWS4${secretAccessKey}`,
  );
  return Buffer.concat([Buffer.of(VERSION), Buffer.from(signature)]).toString('base64');
}
