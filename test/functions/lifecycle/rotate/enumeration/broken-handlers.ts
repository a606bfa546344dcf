import { performStep } from '../../../../../functions/lifecycle/rotate/perform-step.ts';
import type { RotationPorts } from '../../../../../functions/lifecycle/rotate/rotation.ts';
import type { IssuingProvider } from '../../../../../functions/providers/provider.ts';
import { parseSecret } from '../../../../../functions/providers/secret.ts';
import { idOf } from '../../../../../functions/secrets/credential.ts';
import type { Handler } from './lab.ts';

/** The rotation function, broken on purpose in one place: the enumeration must notice each. */
export const BROKEN: Readonly<Record<string, Handler>> = {
  'the pending version is not looked for before minting': (ports, event) =>
    performStep(event.step === 'createSecret' ? withoutPending(ports) : ports, event),

  'the label is moved before the clean-up, which is done in the same step': async (ports, event) => {
    const before = event.step === 'finishSecret' ? await currentOf(ports, event.secretId) : null;
    const result = await performStep(ports, event);
    if (before !== null && result === 'promoted') await issuerOf(ports).remove(before);
  },

  'the oldest credential is deleted when there is no room': async (ports, event) => {
    if (event.step === 'createSecret') await removeOldest(issuerOf(ports));
    return performStep(ports, event);
  },

  'finishSecret promotes what nobody has proven': (ports, event) =>
    performStep({ ...ports, ledger: credulous(ports) }, event),
};

/** A ledger that has a proof of whatever it is asked for. */
function credulous({ ledger, now }: RotationPorts): RotationPorts['ledger'] {
  const proven = (token: string) => ({
    token,
    startedAt: now(),
    provenAt: now(),
    provenBy: 'testSecret' as const,
  });
  return { ...portsOf(ledger), proofOf: async (_arn, token) => proven(token) };
}

/** Neither the version nor the ledger's word that it was stored. */
function withoutPending(ports: RotationPorts): RotationPorts {
  const { store } = ports;
  const read: typeof store.read = async (id, which) =>
    which?.versionId ? { kind: 'absent' } : store.read(id, which);
  const blind = new Proxy(store, {
    get: (target, name) => {
      const member: unknown = name === 'read' ? read : Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { ...ports, store: blind, ledger: forgetful(ports) };
}

function forgetful({ ledger }: RotationPorts): RotationPorts['ledger'] {
  return { ...portsOf(ledger), historyOf: async () => ({ mints: [], deactivations: [] }) };
}

function portsOf(ledger: RotationPorts['ledger']): RotationPorts['ledger'] {
  return {
    historyOf: (arn) => ledger.historyOf(arn),
    recordMint: (arn, mint) => ledger.recordMint(arn, mint),
    amendMint: (arn, mint) => ledger.amendMint(arn, mint),
    recordProof: (arn, proof) => ledger.recordProof(arn, proof),
    proofOf: (arn, token) => ledger.proofOf(arn, token),
    acceptedEndpoints: (arn) => ledger.acceptedEndpoints(arn),
    recordEvent: (arn, event, at, details) => ledger.recordEvent(arn, event, at, details),
  };
}

async function currentOf({ store }: RotationPorts, secretId: string): Promise<string | null> {
  const value = await store.read(secretId, { stage: 'AWSCURRENT' });
  const parsed = value.kind === 'value' ? parseSecret(value.text.reveal()) : null;
  return parsed?.kind === 'credential' ? idOf(parsed.credential) : null;
}

async function removeOldest(issuer: IssuingProvider): Promise<void> {
  const issued = await issuer.list();
  const [oldest] = issued.toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
  if (oldest && issued.length === issuer.limit) await issuer.remove(oldest.id);
}

function issuerOf({ providerFor }: RotationPorts): IssuingProvider {
  const provider = providerFor(
    { type: 'ses', userName: 'orders', region: 'us-east-1' },
    { arn: '', name: '' },
  );
  if (provider.kind !== 'issuing') throw new Error('these break a provider that issues credentials');
  return provider;
}
