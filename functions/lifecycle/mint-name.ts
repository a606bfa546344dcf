import { createHash } from 'node:crypto';
import { secretNameOf } from '../secrets/secret-name.ts';

const PREFIX = 'keyturn';
/** Enough of SHA-256 that no two names of one account meet, and that none can be made on purpose: 96 bits. */
const PROOF_LENGTH = 24;

/**
 * The name of a new credential: `keyturn/<secret>/<proof>`. The proof is a hash of the secret's full ARN and the
 * ClientRequestToken, so two secrets of one name in two regions never have a credential in common. What is too long for
 * the provider is cut out of the secret's name, never out of the proof.
 */
export function mintName(secretArn: string, token: string, limit: number): string {
  const proof = createHash('sha256').update(`${secretArn}\0${token}`).digest('hex').slice(0, PROOF_LENGTH);
  const room = limit - PREFIX.length - PROOF_LENGTH - 2;
  return `${PREFIX}/${secretNameOf(secretArn).slice(0, room)}/${proof}`;
}
