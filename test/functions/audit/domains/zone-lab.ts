import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { known, missing } from '../../../../functions/audit/check.ts';
import type { DaneHost } from '../../../../functions/mail-domain/dane/dane.ts';
import { Domains } from '../../../../functions/mail-domain/domains.ts';
import type { PolicyAnswer } from '../../../../functions/mail-domain/mta-sts/mta-sts.ts';
import type { DnsResolver } from '../../../../functions/net/dns/dns.ts';
import type { Credential } from '../../../../functions/providers/secret.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { parseZone, type Zone } from '../../../../sandbox/dns/zone.ts';

/** A domain's zone, and what the audit shall find of it: check and status, or the reason of an unknown. */
export interface Case {
  readonly name: string;
  readonly zone: Zone;
  readonly finds: readonly string[];
}

export function cases(): Case[] {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.zone'));
  return files.toSorted().map((file) => {
    const zone = parseZone(readFileSync(join(import.meta.dirname, file), 'utf8'));
    return { name: file.slice(0, -'.zone'.length), zone, finds: remarked(zone, 'finds').toSorted() };
  });
}

/** A credential of a server of one's own, unless `;! server` names another. */
export function credentialOf(zone: Zone): Credential {
  const [host = `mail.${zone.origin}`] = remarked(zone, 'server');
  return {
    endpoint: { host, port: 587, security: 'starttls' },
    username: 'orders',
    password: new Redacted('V8kq2LxZr9Tn4WsB'),
    from: `orders@${zone.origin}`,
  };
}

/** The domains of a zone, with the policy file and the mail exchangers that its remarks describe. */
export function domainsOf(zone: Zone, dns: DnsResolver): Domains {
  return new Domains({
    dns,
    fetchPolicy: async () => policyOf(zone),
    askExchanger: async (host) => presented(zone, host),
    selectors: remarked(zone, 'selector'),
  });
}

/** What the lines `;! <kind> ...` say. */
function remarked(zone: Zone, kind: string): string[] {
  return zone.remarks.filter(([said]) => said === kind).map(([, ...rest]) => rest.join(' '));
}

/** `;! policy <status> <type> <line>|<line>` with underscores for blanks, or why there is none. */
function policyOf(zone: Zone): PolicyAnswer {
  const [first = '', type = '', body = ''] = remarked(zone, 'policy')[0]?.split(' ') ?? [];
  if (first === 'untrusted') return { kind: 'untrusted', code: type };
  if (first === 'unreached') return { kind: 'unreached', reason: type as 'timeout', code: 'ETIMEDOUT' };
  const text = body.replaceAll('|', '\n').replaceAll(':_', ': ');
  return { kind: 'answered', status: Number(first), type, body: text };
}

/** `;! port25 open` lets the audit see a certificate and that of its authority; TLSA records hash such texts. */
function presented(zone: Zone, host: string): NonNullable<DaneHost['presented']> {
  if (remarked(zone, 'port25').length === 0) return missing('egress-blocked', 'no connect');
  const validTo = Number.POSITIVE_INFINITY;
  const of = (what: string) => Buffer.from(`${what} of ${host}`);
  return known([
    { certificate: of('certificate'), publicKey: of('key'), validTo },
    { certificate: of('authority'), publicKey: of('key of the authority'), validTo },
  ]);
}
