import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { awsRegion, text } from '../secrets/credential.ts';
import { submissionEndpoints } from './provider.ts';

/**
 * Amazon SES: the SMTP password is derived from an IAM access key of `userName`, for one `region`. The same key gives
 * another password for each of `regions`; they stand in the secret's `endpoints`.
 */
export const sesSchema = v.object({
  type: v.literal('ses'),
  userName: text(64),
  region: awsRegion,
  regions: v.exactOptional(v.array(awsRegion, 'a list of AWS regions')),
});

export type SesProvider = Readonly<v.InferOutput<typeof sesSchema>>;

/** The SMTP endpoint of Amazon SES in a region: AWS General Reference, "Amazon SES endpoints and quotas". */
export function sesHost(region: string): string {
  return `email-smtp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** With the one for FIPS 140, which AWS has outside China; a region without it has no such name either. */
export function sesEndpoints(regions: readonly string[]): readonly Endpoint[] {
  const hosts = regions.flatMap((region) => [
    sesHost(region),
    ...(region.startsWith('cn-') ? [] : [`email-smtp-fips.${region}.amazonaws.com`]),
  ]);
  return submissionEndpoints(hosts, [465, 587, 2465, 2587]);
}

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
