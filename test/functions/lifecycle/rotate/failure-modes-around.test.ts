import { afterEach, describe, expect, it } from 'vitest';
import { performStep } from '../../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts } from '../../../../functions/lifecycle/rotate/rotation.ts';
import type { Security } from '../../../../functions/net/endpoint.ts';
import { type Credential, parseSecret } from '../../../../functions/providers/secret.ts';
import { SesKeys } from '../../../../functions/providers/ses-keys.ts';

import { login } from '../../../../functions/smtp/login.ts';
import { resultOf } from '../../../../functions/smtp/login-result.ts';
import { InProcessIam } from '../../../support/aws/iam.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { type SmtpTestServer, startSmtpServer } from '../../../support/smtp-servers.ts';
import { OperationLab } from '../operate/operation-lab.ts';
import { HOUR_MS, Lab } from './enumeration/lab.ts';
import type { ModelSes } from './enumeration/model-ses.ts';
import { SUBJECTS } from './enumeration/providers.ts';
import { loginEvidence } from './login-evidence.ts';
import { World } from './world.ts';

/** The failure modes of other rotators (failure-modes.test.ts) that come from the mail server, the network, KMS or a person. */
const SES = SUBJECTS['issuing, reversible (Amazon SES)'];
const keysOf = (lab: Lab) => (lab.subject as ModelSes).iam.keys;

/** A lab in which the step has these ports instead. */
function labWith(ports: Partial<RotationPorts>): Lab {
  const lab = new Lab(SES);
  lab.handler = (given, event) => performStep({ ...given, ...ports }, event);
  return lab;
}

let server: SmtpTestServer | undefined;
afterEach(() => server?.close());

describe('failure mode', () => {
  it('6: a rotation that gives up says what the server answered last, or what else went wrong, never another error', async () => {
    const world = new World();
    world.iam.propagationMs = 24 * HOUR_MS;
    await expect(world.rotate()).rejects.toThrow(/not proven in time after \d+ logins: rejected\. \S+/);
    const lab = labWith({ login: () => Promise.reject(new TypeError('no such cipher')) });
    expect(await lab.rotate(lab.newToken())).toEqual(
      expect.objectContaining({
        kind: 'failed',
        step: 'testSecret',
        reason: expect.stringContaining('no such cipher'),
      }),
    );
  });

  it.each<Security>(['tls', 'starttls'])(
    '7: a new password is not sent to a server whose certificate nobody vouches for (%s)',
    async (security) => {
      const running = await startSmtpServer({ security, users: { ada: 'a-new-password' } });
      server = running;
      const network = loopbackNetwork(running);
      const untrusting = labWith({
        login: async () => {
          const evidence = await login(credentialFor(running), 5000, network);
          return { result: resultOf(evidence), evidence };
        },
      });
      expect(await untrusting.rotate(untrusting.newToken())).toMatchObject({
        kind: 'failed',
        step: 'testSecret',
        reason: expect.stringMatching(/certificate|untrusted/),
      });
      expect(running.logins).toEqual([]);
      await login(credentialFor(running, running.ca), 5000, network);
      expect(running.logins).toMatchObject([{ username: 'ada', secure: true }]);
    },
  );

  it('13: there is a way back in the soak: the old key is reactivated, proven, and made current before the bad one goes', async () => {
    const lab = new OperationLab(SES);
    await lab.rotate();
    lab.now += 30 * 24 * HOUR_MS;
    await lab.rotate();
    lab.now += 49 * HOUR_MS;
    await lab.retire();
    const [good, bad] = [lab.credential('AWSPREVIOUS'), lab.credential('AWSCURRENT')];
    expect(keysOf(lab).get(good?.username ?? '')?.active).toBe(false);
    expect(await lab.operate(lab.operation('rollback'))).toMatchObject({ result: 'rolled-back' });
    expect(lab.credential('AWSCURRENT')?.username).toBe(good?.username);
    expect(lab.works('AWSCURRENT')).toBe(true);
    expect(keysOf(lab).get(bad?.username ?? '')?.active).toBe(false);
    expect(lab.violated()).toEqual([]);
  });

  it.each([
    [587, 'timeout:connect'],
    [25, 'egress-blocked'],
  ])(
    '17: without a way to the server on port %i the step ends in time and says so: %s',
    async (port, reason) => {
      const lab = labWith({
        login: async ({ endpoint, ...credential }) => {
          const shown = loginEvidence({ ...credential, endpoint: { ...endpoint, port } }, false);
          const failure = { kind: 'timeout' } as const;
          const evidence = { ...shown, stage: 'connect', failure, authSent: false, reply: null } as const;
          return { result: resultOf(evidence), evidence };
        },
      });
      const startedAt = lab.now;
      expect(await lab.rotate(lab.newToken())).toMatchObject({
        kind: 'failed',
        step: 'testSecret',
        reason: expect.stringContaining(`: ${reason}. `),
      });
      expect(lab.now - startedAt).toBeLessThan(5 * 60_000);
    },
  );

  it('18: where KMS refuses the new value its key is given back at once, and the next try needs no other slot', async () => {
    const lab = new Lab(SES);
    await lab.rotate(lab.newToken());
    const { putPending } = lab.store;
    lab.store.putPending = () => Promise.reject(kmsRefusal());
    const token = lab.newToken();
    expect(await lab.rotate(token)).toMatchObject({
      kind: 'failed',
      step: 'createSecret',
      reason: expect.stringContaining('Access to KMS is not allowed'),
    });
    expect(keysOf(lab).size).toBe(1);
    expect(lab.works('AWSCURRENT')).toBe(true);
    lab.store.putPending = putPending;
    expect(await lab.rotate(token)).toMatchObject({ kind: 'rotated' });
  });

  it('21: the password is that of the region in the secret, wherever the function runs', async () => {
    const iam = new InProcessIam({});
    const keys = new SesKeys(iam.client, { type: 'ses', userName: 'orders', region: 'eu-west-1' });
    const { username, password } = await keys.mint();
    const regions = ['us-east-1', 'eu-west-1'];
    expect(regions.filter((region) => iam.accepts(username, password.reveal(), region))).toEqual([
      'eu-west-1',
    ]);
  });
});

function credentialFor({ host, port, security }: SmtpTestServer, ca?: string): Credential {
  const value = { host, port, security, ca, username: 'ada', password: 'a-new-password' };
  const parsed = parseSecret(JSON.stringify(value));
  return parsed.kind === 'credential' ? parsed.credential : expect.fail('malformed');
}

/** As Secrets Manager answers PutSecretValue when its caller may not use the key. */
function kmsRefusal(): Error {
  return Object.assign(new Error('Access to KMS is not allowed'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400 },
  });
}
