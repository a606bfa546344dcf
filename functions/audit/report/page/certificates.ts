import type { CertificateFacts } from '../../../smtp/evidence.ts';
import type { CredentialReport } from '../report.ts';

/** One certificate, however many credentials meet it. */
export interface SharedCertificate {
  readonly certificate: CertificateFacts;
  /** Hosts that served it, each once. */
  readonly hosts: readonly string[];
  readonly credentials: readonly CredentialReport[];
}

/** Those that expire first come first. */
export function certificatesOf(credentials: readonly CredentialReport[]): SharedCertificate[] {
  const groups = Map.groupBy(
    credentials.filter(({ certificate }) => certificate !== null),
    ({ certificate }) => certificate?.fingerprint256 ?? '',
  );
  return [...groups.values()].flatMap(shared).toSorted(soonest);
}

function shared(credentials: readonly CredentialReport[]): SharedCertificate[] {
  const certificate = credentials[0]?.certificate;
  if (!certificate) return [];
  const hosts = new Set(credentials.flatMap(({ endpoint }) => (endpoint ? [endpoint.host] : [])));
  return [{ certificate, hosts: [...hosts], credentials }];
}

function soonest(a: SharedCertificate, b: SharedCertificate): number {
  return Date.parse(a.certificate.validTo) - Date.parse(b.certificate.validTo);
}
