import { expect, vi } from 'vitest';
import type { Credential } from '../../functions/providers/secret.ts';
import { sesSmtpPassword } from '../../functions/providers/ses.ts';
import { Redacted } from '../../functions/secrets/redacted.ts';
import { IssuedKeys as Gateway } from '../../sandbox/gateway/iam.ts';
import { type Canary, canary, credentialCanaries } from './canaries.ts';

interface Issued {
  readonly accessKeyId: string;
  readonly secretAccessKey: Redacted;
}

/** Every access key that IAM gave out for a secret while it watched, in use or not. */
export class IssuedKeys {
  readonly all: Issued[] = [];

  /** Vitest takes spies away before each test: so this watches during one piece of work. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const remember = vi.spyOn(Gateway.prototype, 'remember');
    const done = await work();
    for (const [accessKeyId, { secretAccessKey }] of remember.mock.calls)
      this.all.push({ accessKeyId, secretAccessKey });
    return done;
  }

  canaries(region: string): Canary[] {
    return this.all.flatMap((key) => [
      canary(`${key.accessKeyId}: secret access key`, key.secretAccessKey.reveal()),
      ...credentialCanaries(key.accessKeyId, {
        username: key.accessKeyId,
        password: new Redacted(smtpPassword(key, region)),
      }),
    ]);
  }

  /** The canaries derived from the keys are the passwords of these credentials, which were logged in with. */
  expectUsed(credentials: readonly Credential[], region: string): void {
    const used = new Map(credentials.map(({ username, password }) => [username, password.reveal()]));
    expect([...used.keys()].toSorted()).toEqual(this.all.map(({ accessKeyId }) => accessKeyId).toSorted());
    // No comparison that would print a password.
    const same = this.all.map((key) => smtpPassword(key, region) === used.get(key.accessKeyId));
    expect(same).toEqual(this.all.map(() => true));
  }
}

function smtpPassword({ secretAccessKey }: Issued, region: string): string {
  return sesSmtpPassword(secretAccessKey.reveal(), region);
}
