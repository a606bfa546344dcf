import { createHash, X509Certificate } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { exchangersOver, isUsable, matchesTlsa } from '../../../../functions/mail-domain/dane/dane.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { type SmtpTestServer, startSmtpServer } from '../../../support/smtp-servers.ts';

const open: SmtpTestServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function exchanger(): Promise<SmtpTestServer> {
  const server = await startSmtpServer({ security: 'starttls', users: {} });
  open.push(server);
  return server;
}

it('sees the certificate that a mail exchanger presents after STARTTLS, whoever issued it', async () => {
  const server = await exchanger();
  const seen = await exchangersOver(loopbackNetwork(server), server.port)(server.host);
  const [leaf] = seen.known ? seen.value : [];
  const certificate = new X509Certificate(leaf?.certificate ?? '');
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const record = {
    usage: 3,
    selector: 1,
    matching: 1,
    data: createHash('sha256').update(key).digest('hex'),
  };
  expect(leaf?.validTo).toBe(Date.parse(certificate.validTo));
  expect(isUsable(record)).toBe(true);
  expect(matchesTlsa(record, seen.known ? seen.value : [])).toBe(true);
});

it('does not dial where the network settings do not allow it', async () => {
  const server = await exchanger();
  expect(await exchangersOver(loopbackNetwork(), server.port)(server.host)).toEqual({
    known: false,
    reason: 'not-allowed',
    detail: 'port',
  });
});

it('says that nobody listens', async () => {
  const server = await exchanger();
  await Promise.all(open.splice(0).map((one) => one.close()));
  const seen = await exchangersOver(loopbackNetwork(server), server.port)(server.host);
  expect(seen).toMatchObject({ known: false, reason: 'unreachable', detail: 'ECONNREFUSED' });
});
