import { describe, expect, it } from 'vitest';
import { prove } from '../../../functions/budget/attempt.ts';
import { SecretStore } from '../../../functions/secrets/store.ts';
import { validateSecret } from '../../../functions/validation/validation.ts';
import { InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';
import { ScriptedProver } from '../budget/scripted-prover.ts';

const SECRET = { host: 'mail.example.com', port: 465, username: 'ada', password: 'canary-9f8e7d6c5b4a' };

async function validateWith(process: ScriptedProver) {
  const secrets = new InProcessSecretsManager();
  secrets.create('mail/ada', JSON.stringify(SECRET));
  const outcome = await validateSecret(
    new SecretStore(secrets.client),
    (credential, secretArn) => prove(process.prover, { credential, secretArn, budgetMs: 26_000 }),
    { secretId: 'mail/ada' },
  );
  return outcome.kind === 'validated' ? outcome.result : outcome;
}

describe('a validation inside the login budget', () => {
  it('that is held back shows where it would have gone, until when to wait, and nothing else', async () => {
    const process = new ScriptedProver(['refused', 'refused', 'refused', 'refused']);
    for (let times = 4; times > 0; times -= 1) {
      expect(await validateWith(process)).toMatchObject({ verdict: 'rejected', authSent: true });
    }
    expect(await validateWith(process)).toEqual({
      secretId: 'mail/ada',
      versionId: expect.any(String),
      checkedAt: expect.any(String),
      credential: 'unknown',
      verdict: 'held-back',
      authSent: false,
      advice: expect.stringContaining('Nothing is dialled before 2026-11-24T06:15:10.000Z.'),
      retry: { allowed: true, afterSeconds: 910 },
      heldBack: { reason: 'failures', until: '2026-11-24T06:15:10.000Z' },
      endpoint: { host: 'mail.example.com', port: 465, security: 'tls' },
      tls: null,
      auth: null,
      reply: null,
      timings: null,
    });
  });

  it('that is refused but not confirmed shows what the server said, and calls nothing bad', async () => {
    const process = new ScriptedProver(['refused', 'unclear']);
    process.knows('valid');
    expect(await validateWith(process)).toMatchObject({
      credential: 'unknown',
      verdict: 'rejected-unconfirmed',
      authSent: true,
      reply: { code: 535 },
      retry: { allowed: true },
    });
  });
});
