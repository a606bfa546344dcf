import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, type Leaf } from '../../sandbox/certificates.ts';
import { FAULTY_LEAVES } from '../support/faulty-leaves.ts';

/** Each way in which a server's certificate can be wrong, besides the right one. */
export const FAULTS = [
  'expired',
  'not-yet-valid',
  'wrong-host',
  'self-signed',
  'unknown-ca',
  'incomplete-chain',
] as const satisfies (keyof typeof FAULTY_LEAVES)[];

export type CertificateName = 'trusted' | (typeof FAULTS)[number];

/** Where each certificate lies: `<folder>/<name>.pem` holds the chain, `<folder>/<name>.key` the key. */
export interface Certificates {
  readonly folder: string;
  /** PEM of the authority to trust for each. */
  readonly authorities: Readonly<Record<CertificateName, string>>;
}

/** One certificate of each name, made on the spot; the trusted one is for `localhost`, and for `addresses` too. */
export async function createCertificates(
  folder: string,
  addresses: readonly string[] = [],
): Promise<Certificates> {
  await mkdir(folder);
  const authority = await createAuthority();
  await write(folder, 'trusted', await authority.issue({ names: ['localhost', ...addresses] }));
  const faults = await Promise.all(FAULTS.map((fault) => writeFault(folder, fault)));
  const authorities = {
    trusted: authority.cert,
    ...Object.fromEntries(faults),
  } as Certificates['authorities'];
  return { folder, authorities };
}

async function writeFault(
  folder: string,
  fault: (typeof FAULTS)[number],
): Promise<[CertificateName, string]> {
  const { leaf, ca } = await FAULTY_LEAVES[fault]();
  await write(folder, fault, leaf);
  return [fault, ca];
}

/** Exim reads its key after it gave up root; the folder is thrown away with the key. */
async function write(folder: string, name: CertificateName, { key, cert }: Leaf): Promise<void> {
  await writeFile(join(folder, `${name}.key`), key, { mode: 0o644 });
  await writeFile(join(folder, `${name}.pem`), cert);
}
