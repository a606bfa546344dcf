import * as v from 'valibot';
import { text } from '../secrets/text.ts';

/** No list of regions: it would be too short with the next one that opens. */
export const awsRegion = v.pipe(
  v.string('an AWS region'),
  v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region'),
);

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
