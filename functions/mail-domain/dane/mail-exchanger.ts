import type { TLSSocket } from 'node:tls';
import { publicKeyInfo } from '../../net/certificate.ts';
import { known, missing } from '../../net/gathered.ts';
import type { Network } from '../../net/network.ts';
import { shownName } from '../../observe/shown.ts';
import { upgrade, withLine } from '../../smtp/probe/dialogue.ts';
import { Interrupted } from '../../smtp/probe/interrupted.ts';
import { auditOptions } from '../../smtp/probe/tls-session.ts';
import type { AskExchanger, PresentedCertificate } from './dane-facts.ts';

const LIMIT_MS = 10_000;
const SMTP_PORT = 25;
/** Longer chains than any server sends; a certificate that is its own issuer ends one. */
const LONGEST_CHAIN = 10;

/**
 * The certificates that a mail exchanger presents after STARTTLS, on port 25, or `port`. AWS blocks that port from Lambda
 * unless it was asked to open it, so the answer is often why there is none. Never rejects.
 */
export function exchangersOver(network: Network, port = SMTP_PORT): AskExchanger {
  return async (host) => {
    const endpoint = { host, port, security: 'starttls' } as const;
    try {
      const server = { endpoint, network, deadline: performance.now() + LIMIT_MS };
      return await withLine(server, async (line) => {
        await upgrade(line);
        return known(chainOf(await line.secure(auditOptions(endpoint))));
      });
    } catch (error) {
      if (error instanceof Interrupted) return missing(error.reason, error.code);
      return missing('unreachable', shownName(error));
    }
  };
}

function chainOf(socket: TLSSocket): PresentedCertificate[] {
  const chain: PresentedCertificate[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate && chain.length < LONGEST_CHAIN) {
    chain.push({
      certificate: certificate.raw,
      validTo: Date.parse(certificate.validTo),
      publicKey: publicKeyInfo(certificate),
    });
    certificate = certificate.issuerCertificate;
  }
  return chain;
}
