import { type DkimKey, type DkimSelector, keyName } from '../../mail-domain/dkim/dkim.ts';
import { rfc } from '../../smtp/reference.ts';
import { type Check, fail, notApplicable, type Outcome, pass, unknown, warn } from '../check.ts';
import type { CredentialFacts } from '../subjects/credential.ts';
import { onDomain, quoted } from '../subjects/domain.ts';

/** RFC 8301 section 3.2: verifiers reject keys below the first and signers should use the second. */
const LEAST_BITS = 1024;
const GOOD_BITS = 2048;
const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_DAYS = 365;

type FoundKey = DkimSelector & { readonly record: DkimKey };

export const dkimChecks: readonly Check[] = [
  {
    id: 'dkim.found',
    practices: [10],
    title: 'DKIM keys',
    severity: 'high',
    needs: ['domain', 'ses'],
    why: 'Without a key in the DNS no receiver can verify a signature, and DMARC rests on SPF alone, which forwarding breaks.',
    remediation:
      'Publish the key records that the sending service gives you, and name their selectors in `dkimSelectors`.',
    reference: rfc(6376, '3.6.2'),
    rule: onDomain(({ dkim }) => foundOutcome(dkim)),
  },
  {
    id: 'dkim.key-size',
    practices: [10],
    title: 'Size of DKIM keys',
    severity: 'high',
    needs: ['domain'],
    why: 'RSA keys below 1024 bits can be broken within hours and are refused; 1024 bits are no longer enough.',
    remediation:
      'Create a new key pair of 2048 bits under a new selector, with an Ed25519 key beside it if you like.',
    reference: rfc(8301, '3.2'),
    rule: onKeys((keys) =>
      worstOf(
        keys.filter(({ record }) => !record.revoked).map(sizeOutcome),
        'Every key that was found is revoked.',
      ),
    ),
  },
  {
    id: 'dkim.revoked',
    practices: [10],
    title: 'Revoked DKIM keys',
    severity: 'high',
    needs: ['domain', 'ses'],
    why: 'An empty key revokes its selector: mail that is still signed with it fails.',
    remediation: 'Publish the key again, or have the sender sign with another selector.',
    reference: rfc(6376, '3.6.1'),
    rule: onKeys((keys) => {
      const dead = keys.filter(({ record, source }) => record.revoked && source !== 'well-known');
      return dead.length > 0
        ? fail(`Revoked but in use: ${names(dead)}.`)
        : pass(`No selector in use is revoked, of ${names(keys)}.`);
    }),
  },
  {
    id: 'dkim.testing',
    practices: [10],
    title: 'DKIM in test mode',
    severity: 'medium',
    needs: ['domain'],
    why: 'With t=y receivers treat mail whose signature fails like unsigned mail: the signature protects nothing.',
    remediation: 'Remove t=y from the key record once the signatures verify.',
    reference: rfc(6376, '3.6.1'),
    rule: onKeys((keys) => {
      const testing = keys.filter(({ record }) => record.testing);
      return testing.length > 0
        ? warn(`In test mode (t=y): ${names(testing)}.`)
        : pass(`No test mode: ${names(keys)}.`);
    }),
  },
  {
    id: 'dkim.hash',
    practices: [10],
    title: 'Hash of DKIM signatures',
    severity: 'high',
    needs: ['domain'],
    why: 'A key that allows only SHA-1 means signatures that can be forged and that receivers must not accept.',
    remediation: 'Remove h=sha1 from the key record, and have the sender sign with rsa-sha256.',
    reference: rfc(8301, '3.1'),
    rule: onKeys((keys) => {
      const old = keys.filter(({ record: { hashes } }) => hashes.length > 0 && !hashes.includes('sha256'));
      return old.length > 0
        ? fail(`Without SHA-256: ${names(old)}.`)
        : pass(`SHA-256 is allowed: ${names(keys)}.`);
    }),
  },
  {
    id: 'dkim.age',
    practices: [3, 10],
    title: 'Age of DKIM keys',
    severity: 'low',
    needs: ['domain', 'ses', 'history'],
    why: 'Whoever has got hold of a private key can sign as the domain until the key is replaced.',
    remediation:
      'Rotate the key at least once a year: publish a new selector first, and remove the old record a week later.',
    reference: rfc(6376, '3.6.1'),
    rule: onDomain(({ dkim }, facts) => {
      const keys = found(dkim);
      return keys.length === 0 ? nothingFound(dkim) : ageOutcome(keys, facts);
    }),
  },
];

function onKeys(rule: (keys: readonly FoundKey[]) => Outcome): Check['rule'] {
  return onDomain(({ dkim }) => {
    const keys = found(dkim);
    return keys.length === 0 ? nothingFound(dkim) : rule(keys);
  });
}

/** A wildcard record gives the same key to all guessed selectors, and often a revoked one: it counts once, or not at all. */
function found(dkim: readonly DkimSelector[]): FoundKey[] {
  const guessed = new Set<string>();
  return dkim.flatMap((selector) => {
    const record = selector.key.known ? selector.key.value : null;
    if (record === null) return [];
    if (selector.source === 'well-known') {
      if (record.revoked || guessed.has(record.text)) return [];
      guessed.add(record.text);
    }
    return [{ ...selector, record }];
  });
}

function nothingFound(dkim: readonly DkimSelector[]): Outcome {
  const unread = dkim.find(({ key }) => !key.known)?.key;
  if (unread && !unread.known) return unknown(unread.reason, `Keys were not read: ${unread.detail}.`);
  return notApplicable('No DKIM key was found.');
}

function foundOutcome(dkim: readonly DkimSelector[]): Outcome {
  const keys = found(dkim);
  const broken = keys.filter(({ record }) => record.error !== null);
  if (broken.length > 0) {
    return fail(broken.map(({ name, record }) => `${name}: ${quoted(record.error ?? '')}.`).join(' '));
  }
  const absent = absentInUse(dkim);
  if (absent.length > 0) return fail(`Selectors in use without a key record: ${names(absent)}.`);
  if (keys.length > 0) return pass(`Keys at ${keys.map(keyName).join(', ')}.`);
  const unread = nothingFound(dkim);
  if (unread.status === 'unknown') return unread;
  return unknown(
    'not-configured',
    "No key under the usual selectors; the DNS has no list of a domain's selectors.",
  );
}

/** A deployment names the selectors of all its domains: one of them is enough for each, as are keys of Amazon SES. */
function absentInUse(dkim: readonly DkimSelector[]): readonly DkimSelector[] {
  const used = dkim.filter(({ source }) => source !== 'well-known');
  const absent = used.filter(({ key }) => key.known && key.value === null);
  return absent.length < used.length ? absent.filter(({ source }) => source === 'ses') : absent;
}

function sizeOutcome({ name, record: { type, bits } }: FoundKey): Outcome {
  if (type === 'ed25519') return pass(`${name}: Ed25519.`);
  if (bits === null) return warn(`${name}: a key that cannot be read.`);
  const evidence = `${name}: RSA of ${bits} bits.`;
  if (bits < LEAST_BITS) return fail(evidence);
  return bits < GOOD_BITS ? warn(evidence) : pass(evidence);
}

const NOBODY = { name: '', keyMadeAt: null };

/** Amazon SES says when it made its keys; of others, the first audit that saw them counts. */
function sinceWhen(key: FoundKey, { history, aws }: CredentialFacts): number | undefined {
  const { name, keyMadeAt } = (aws.identity.known && aws.identity.value) || NOBODY;
  const own = key.source === 'ses' && name.slice(name.lastIndexOf('@') + 1) === key.domain;
  return (own && keyMadeAt) || history?.records[`TXT ${keyName(key)}`]?.since;
}

function ageOutcome(keys: readonly FoundKey[], facts: CredentialFacts): Outcome {
  const ages = keys.flatMap((key) => {
    const since = sinceWhen(key, facts);
    return since === undefined || key.record.revoked
      ? []
      : [{ name: key.name, days: Math.floor((facts.examinedAt - since) / DAY_MS) }];
  });
  if (ages.length === 0)
    return unknown('not-reached', 'No earlier audit has seen the keys: their age counts from now on.');
  const evidence = `In use for: ${ages.map(({ name, days }) => `${name} ${days} days`).join(', ')}.`;
  return ages.some(({ days }) => days > YEAR_DAYS) ? warn(evidence) : pass(evidence);
}

const BADNESS = ['fail', 'warn', 'pass'];

function worstOf(outcomes: readonly Outcome[], none: string): Outcome {
  const [worst] = outcomes.toSorted((a, b) => BADNESS.indexOf(a.status) - BADNESS.indexOf(b.status));
  return worst
    ? { ...worst, evidence: outcomes.map(({ evidence }) => evidence).join(' ') }
    : notApplicable(none);
}

function names(selectors: readonly { readonly name: string }[]): string {
  return selectors.map(({ name }) => name).join(', ');
}
