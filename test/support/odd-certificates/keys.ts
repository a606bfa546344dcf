import { createPrivateKey, generateKeyPairSync, getCurves, type KeyObject } from 'node:crypto';
import { bits, element, integer, oid, sequence } from './der.ts';

/** A public key (SubjectPublicKeyInfo), and what signs for it where OpenSSL can. */
export interface TestKey {
  readonly name: string;
  readonly publicKey: Buffer;
  readonly signingKey: KeyObject | null;
}

/** OpenSSL lists them, and has no identifier by which a certificate could name them. */
export const WITHOUT_IDENTIFIER: readonly string[] = ['Oakley-EC2N-3', 'Oakley-EC2N-4'];

const EC = '2a8648ce3d0201';
const P256 = '2a8648ce3d030107';
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_GENERATOR = Buffer.from(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
);

/** Every curve, by its name and by its parameters, and one whose parameters have no name anywhere. */
export function* curveKeys(every = 1, always: RegExp = /^$/): Generator<TestKey> {
  let number = 0;
  for (const curve of getCurves().filter((name) => !WITHOUT_IDENTIFIER.includes(name))) {
    for (const paramEncoding of ['named', 'explicit'] as const) {
      if (number++ % every === 0 || always.test(curve)) yield curveKey(curve, paramEncoding);
    }
  }
  yield namelessCurve();
}

/** SM2 wants another digest and another type of certificate. */
function curveKey(namedCurve: string, paramEncoding: 'named' | 'explicit'): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve, paramEncoding });
  return {
    name: `${namedCurve} ${paramEncoding}`,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    signingKey: namedCurve === 'SM2' ? null : privateKey,
  };
}

/**
 * P-256 with another generator, as in CVE-2020-0601: a public point Q = dG is made the generator, and G the public point
 * of 1/d.
 */
function namelessCurve(): TestKey {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' });
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' });
  const point = Buffer.from(publicKey.subarray(-P256_GENERATOR.length));
  const privateKey = swapped(pair.privateKey.export({ type: 'pkcs8', format: 'der' }), point);
  const at = privateKey.indexOf(Buffer.from('0201010420', 'hex')) + 5;
  const d = BigInt(`0x${privateKey.toString('hex', at, at + 32)}`);
  privateKey.write(inverse(d, P256_ORDER).toString(16).padStart(64, '0'), at, 'hex');
  const signingKey = createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' });
  return { name: 'a curve without a name', publicKey: swapped(publicKey, point), signingKey };
}

function swapped(der: Buffer, point: Buffer): Buffer {
  const out = Buffer.from(der);
  const [generatorAt, pointAt] = [out.indexOf(P256_GENERATOR), out.lastIndexOf(point)];
  point.copy(out, generatorAt);
  P256_GENERATOR.copy(out, pointAt);
  return out;
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, s0, s1] = [modulus, value, 0n, 1n];
  while (r1 !== 0n) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return ((s0 % modulus) + modulus) % modulus;
}

/** Other kinds, and keys that OpenSSL cannot read. None of them signs. */
export function otherKeys(): readonly TestKey[] {
  const made = (publicKey: KeyObject) => publicKey.export({ type: 'spki', format: 'der' });
  const ec =
    (...parameters: readonly Buffer[]) =>
    (point: Buffer) =>
      sequence(sequence(oid(EC), ...parameters), bits(point));
  const rsa = (modulus: Buffer, exponent: Buffer) =>
    sequence(
      sequence(oid('2a864886f70d010101'), element(0x05)),
      bits(sequence(integer(modulus), integer(exponent))),
    );
  const usual = Buffer.from([1, 0, 1]);
  const keys: Record<string, Buffer> = {
    Ed25519: made(generateKeyPairSync('ed25519').publicKey),
    Ed448: made(generateKeyPairSync('ed448').publicKey),
    X25519: made(generateKeyPairSync('x25519').publicKey),
    X448: made(generateKeyPairSync('x448').publicKey),
    DSA: made(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey),
    'RSA-PSS': made(generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey),
    'ML-DSA-44': made(generateKeyPairSync('ml-dsa-44').publicKey),
    'RSA of 65,536 bits': rsa(Buffer.concat([Buffer.alloc(1), Buffer.alloc(8192, 0xf1)]), usual),
    'RSA of no bits': rsa(Buffer.alloc(1), Buffer.alloc(1)),
    'EC without parameters': ec()(P256_GENERATOR),
    'EC with inherited parameters': ec(element(0x05))(P256_GENERATOR),
    'EC on an unknown curve': ec(oid('2a030405'))(P256_GENERATOR),
    'EC at infinity': ec(oid(P256))(Buffer.alloc(1)),
    'EC beside its curve': ec(oid(P256))(Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)])),
    'DSA without parameters': sequence(sequence(oid('2a8648ce380401')), bits(integer([5]))),
    'an unknown algorithm': sequence(sequence(oid('2a030405')), bits(P256_GENERATOR)),
  };
  return Object.entries(keys).map(([name, publicKey]) => ({ name, publicKey, signingKey: null }));
}
