import { expect, it } from 'vitest';
import { ProviderError, type RotationProvider } from '../../../../functions/providers/provider.ts';

import { SUBJECTS } from '../rotate/enumeration/providers.ts';
import { OperationLab } from './operation-lab.ts';

it.each(['compromised', 'rotate', 'doctor'] as const)(
  'an old version whose administrator is gone keeps nobody from %s',
  async (operation) => {
    const lab = new OperationLab(SUBJECTS['issuing, reversible (Amazon SES)']);
    await lab.rotate();
    const { arn } = lab;
    const gone = { type: 'sendgrid', adminSecretId: 'gone/admin' };
    const old = { host: 'smtp.sendgrid.net', port: 465, username: 'apikey', password: 'x', provider: gone };
    lab.secrets.find(arn).put('old'.padEnd(36, '0'), JSON.stringify(old), ['AWSPREVIOUS'], lab.now);
    const ports = lab.operationPorts();
    const absent = async () => Promise.reject(new ProviderError('unauthorized', 'it does not exist'));
    const ended = await lab.operate(lab.operation(operation), {
      ...ports,
      providerFor: (provider, secret) =>
        provider.type === 'sendgrid'
          ? ({ kind: 'issuing', endpoints: absent } as unknown as RotationProvider)
          : ports.providerFor(provider, secret),
    });
    expect(ended.result).toMatch(/^(rotated|revoked|not-possible|healthy|issues)$/);
    expect(ended.message).not.toContain('it does not exist');
  },
);
