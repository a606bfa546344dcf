import { pendingValue } from '../../../../../functions/lifecycle/rotate/create-secret.ts';
import type { RotationPorts } from '../../../../../functions/lifecycle/rotate/rotation.ts';
import type { IssuingProvider } from '../../../../../functions/providers/provider.ts';
import { parseSecret } from '../../../../../functions/providers/secret.ts';
import { idOf } from '../../../../../functions/secrets/credential.ts';
import { type SecretDescription, versionWith } from '../../../../../functions/secrets/description.ts';
import type { Handler } from './lab.ts';

const TRIES = 30;
const BETWEEN_TRIES_MS = 1000;

/**
 * What the AWS sample serverless-mail ("automatic") does in each step, in our words, from its source as research/rotation.md
 * describes it: it mints without a look at AWSPENDING or at the ledger it does not have, logs in 30 times a second apart,
 * moves the label and then deletes the replaced key, all in one go.
 */
export const sampleHandler: Handler = async (ports, { step, secretId, token }) => {
  const secret = await ports.store.describe(secretId);
  if (secret.kind !== 'found') throw new Error('no such secret');
  const labels = secret.stages[token];
  if (!labels) throw new Error('no such version');
  if (labels.includes('AWSCURRENT')) return;
  if (!labels.includes('AWSPENDING')) throw new Error('not pending');
  if (step === 'createSecret') await create(ports, secret, token);
  if (step === 'testSecret') await test(ports, secret, token);
  if (step === 'finishSecret') await finish(ports, secret, token);
};

async function create(ports: RotationPorts, secret: SecretDescription, token: string): Promise<void> {
  const issuer = issuerOf(ports);
  const fields = await fieldsOf(ports, secret);
  const minted = await issuer.mint('');
  try {
    await ports.store.putPending(secret.arn, token, pendingValue(fields, minted));
  } catch (error) {
    await issuer.remove(minted.id);
    throw error;
  }
}

async function test(ports: RotationPorts, { arn }: SecretDescription, token: string): Promise<void> {
  const credential = await read(ports, arn, { versionId: token, stage: 'AWSPENDING' });
  if (!credential) throw new Error('nothing to test');
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { result } = await ports.login(credential, BETWEEN_TRIES_MS);
    if (result.credential === 'good') return;
    await ports.sleep(BETWEEN_TRIES_MS);
  }
  throw new Error('cannot log in');
}

async function finish(ports: RotationPorts, secret: SecretDescription, token: string): Promise<void> {
  const replaced = await read(ports, secret.arn, { stage: 'AWSCURRENT' });
  await ports.store.moveCurrent(secret.arn, token, versionWith('AWSCURRENT', secret));
  if (replaced) await issuerOf(ports).remove(idOf(replaced));
}

async function fieldsOf({ store }: RotationPorts, { arn }: SecretDescription): Promise<object> {
  const value = await store.read(arn, { stage: 'AWSCURRENT' });
  return value.kind === 'value' ? JSON.parse(value.text.reveal()) : {};
}

async function read({ store }: RotationPorts, arn: string, which: { versionId?: string; stage: string }) {
  const value = await store.read(arn, which);
  const parsed = value.kind === 'value' ? parseSecret(value.text.reveal()) : null;
  return parsed?.kind === 'credential' ? parsed.credential : null;
}

function issuerOf({ providerFor }: RotationPorts): IssuingProvider {
  const provider = providerFor(
    { type: 'ses', userName: 'orders', region: 'us-east-1' },
    { arn: '', name: '' },
  );
  if (provider.kind !== 'issuing') throw new Error('the sample knows Amazon SES only');
  return provider;
}
