import type net from 'node:net';
import type { DnsResolver, Gathered, LookupFailure } from '../../net/dns/dns.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { type Answer, codeOf, exchange } from '../../net/http.ts';
import { Forbidden, type Network } from '../../net/network.ts';
import { sendOver } from '../../net/send.ts';
import { isCertificateCode } from '../../net/verified-tls.ts';
import { hasAddress, parseTagList, published } from '../records.ts';

/** The record that tells senders to ask for the policy (RFC 8461 section 3.1). */
export interface MtaStsRecord {
  /** Whether it begins with the version, which is case-sensitive. */
  readonly hasVersion: boolean;
  /** What breaks the grammar, in words. */
  readonly errors: readonly string[];
  /** By which senders see that the policy has changed. */
  readonly hasId: boolean;
}

/** What means to be one, by whatever capitals and blanks. */
const MEANT = /^v\s*=\s*STSv1\s*(;|$)/i;
const VERSION = /^v=STSv1[ \t]*;/;

export function parseMtaStsRecord(text: string): MtaStsRecord {
  const { tags, errors } = parseTagList(text);
  return { hasVersion: VERSION.test(text), errors, hasId: /^[a-z0-9]{1,32}$/i.test(tags.get('id') ?? '') };
}

export interface MtaStsFacts {
  readonly records: Gathered<readonly string[]>;
  /** Null: there is no record that tells senders to ask. */
  readonly policy: PolicyAnswer | null;
}

/** What a domain says of MTA-STS; `fetchPolicy` is asked where there is a record, and a host that it may be had from. */
export async function mtaStsFacts(
  dns: DnsResolver,
  domain: string,
  fetchPolicy: FetchPolicy,
): Promise<MtaStsFacts> {
  const records = await published(dns, `_mta-sts.${domain}`, MEANT);
  const asked = records.known && records.value.length > 0;
  return { records, policy: asked ? await policyOf(dns, domain, fetchPolicy) : null };
}

async function policyOf(dns: DnsResolver, domain: string, fetchPolicy: FetchPolicy): Promise<PolicyAnswer> {
  const host = await hasAddress(dns, `mta-sts.${domain}`);
  if (!host.known) return { kind: 'unreached', reason: host.reason, code: host.detail };
  return host.value ? fetchPolicy(domain) : { kind: 'absent' };
}

export type MtaStsMode = 'enforce' | 'testing' | 'none';

/** A policy file of RFC 8461 section 3.2. */
export interface MtaStsPolicy {
  readonly mode: MtaStsMode | null;
  /** Host names, or `*.` and a domain that stands for exactly one more label. */
  readonly mx: readonly string[];
  /** Seconds. */
  readonly maxAge: number | null;
  readonly errors: readonly string[];
}

const MODES: readonly string[] = ['enforce', 'testing', 'none'];
const LONGEST_AGE = 31_557_600;
const FIELD_NAME = /^[a-z0-9][a-z0-9_.-]{0,31}$/i;
const PATTERN = /^(\*\.)?([a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}$/i;

export function parseMtaStsPolicy(text: string): MtaStsPolicy {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const fields = lines.map(fieldIn);
  const values = (name: string) => fields.flatMap((field) => (field?.name === name ? [field.value] : []));
  const [version, mode, age] = [values('version')[0], values('mode')[0], values('max_age')[0]];
  const mx = values('mx').map((pattern) => pattern.toLowerCase());
  const maxAge =
    age !== undefined && /^\d{1,10}$/.test(age) && Number(age) <= LONGEST_AGE ? Number(age) : null;
  const errors = [
    ...(fields.includes(null) ? ['a line that is no field'] : []),
    ...(version === 'STSv1' ? [] : ['no version: STSv1']),
    ...(mode !== undefined && MODES.includes(mode) ? [] : ['no valid mode']),
    ...(maxAge === null ? ['no valid max_age'] : []),
    ...(mx.length === 0 && mode !== 'none' ? ['no mx'] : []),
    ...(mx.every((pattern) => PATTERN.test(pattern)) ? [] : ['an mx that is no host name']),
  ];
  const known = mode !== undefined && MODES.includes(mode);
  return { mode: known ? (mode as MtaStsMode) : null, mx, maxAge, errors };
}

/** Not by one pattern: with white space before, in and behind the value, a hostile line would take it hours. */
function fieldIn(line: string): { readonly name: string; readonly value: string } | null {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).trimEnd();
  return FIELD_NAME.test(name) ? { name, value: line.slice(colon + 1).trim() } : null;
}

/** RFC 8461 section 4.1: a wildcard stands for one label, the leftmost. */
export function matchesMx(pattern: string, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return pattern.startsWith('*.') ? name.slice(name.indexOf('.') + 1) === pattern.slice(2) : name === pattern;
}

const LIMIT_MS = 8000;
/** RFC 8461 section 3.3 suggests 64 KiB. */
const LIMIT_OCTETS = 64 * 1024;

/** What came of asking for an MTA-STS policy. */
export type PolicyAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly type: string; readonly body: string }
  | { readonly kind: 'untrusted'; readonly code: string }
  /** The policy host is not in the DNS. */
  | { readonly kind: 'absent' }
  /** What came over a valid certificate is no policy. */
  | { readonly kind: 'broken'; readonly detail: string }
  | {
      readonly kind: 'unreached';
      readonly reason: 'not-allowed' | 'unreachable' | LookupFailure;
      readonly code: string;
    };

/** Asks `https://mta-sts.<domain>/.well-known/mta-sts.txt`, whose host is in the DNS. Never rejects. */
export type FetchPolicy = (domain: string) => Promise<PolicyAnswer>;

/**
 * One GET over verified TLS to an address that the guard of `network` allows, on port 443 or `server`: a domain must not lead the
 * audit to somebody's inner servers. Redirects are not followed (RFC 8461 section 3.3).
 */
export function policyOver(
  network: Network,
  server: Pick<Endpoint, 'port' | 'ca'> = { port: 443 },
  limitMs = LIMIT_MS,
): FetchPolicy {
  return async (domain) => {
    const host = `mta-sts.${domain}`;
    const signal = AbortSignal.timeout(limitMs);
    try {
      const { socket } = await network.dial({ ...server, host, security: 'tls' }, () => {}, signal);
      return await get(host, socket, signal).finally(() => socket.destroy());
    } catch (error) {
      // Whatever the socket then says.
      if (signal.aborted) return { kind: 'unreached', reason: 'timeout', code: 'TimeoutError' };
      return failure(error);
    }
  };
}

async function get(host: string, socket: net.Socket, signal: AbortSignal): Promise<PolicyAnswer> {
  const url = `https://${host}/.well-known/mta-sts.txt`;
  const request = { headers: { accept: 'text/plain' } };
  const answer = await exchange(sendOver({ socket }), url, request, { signal, mostBytes: LIMIT_OCTETS });
  if (answer.kind !== 'answered') return unread(answer);
  const { status, headers, body } = answer;
  return { kind: 'answered', status, type: headers.get('content-type') ?? '', body: body.toString() };
}

function unread({ reason, code }: Exclude<Answer, { kind: 'answered' }>): PolicyAnswer {
  switch (reason) {
    case 'too-large':
      return { kind: 'broken', detail: 'the policy is longer than 64 KiB' };
    case 'unreadable':
      return { kind: 'broken', detail: `the answer is not HTTP (${code})` };
    case 'too-late':
      return { kind: 'unreached', reason: 'timeout', code };
    default:
      return { kind: 'unreached', reason: 'unreachable', code };
  }
}

function failure(error: unknown): PolicyAnswer {
  if (error instanceof Forbidden) return { kind: 'unreached', reason: 'not-allowed', code: error.code };
  const code = codeOf(error);
  if (isCertificateCode(code)) return { kind: 'untrusted', code };
  const timedOut = /Timeout|Abort|ETIMEDOUT/.test(code);
  return { kind: 'unreached', reason: timedOut ? 'timeout' : 'unreachable', code };
}

/** A record of RFC 8460 section 3. */
export interface TlsRptRecord {
  /** Whether it begins with the version, which is case-sensitive. */
  readonly hasVersion: boolean;
  /** What breaks the grammar, in words. */
  readonly errors: readonly string[];
  /** Where reports go; each a `mailto:` or `https:` URI where `hasUris`. */
  readonly uris: readonly string[];
  readonly hasUris: boolean;
}

/** What means to be one, by whatever capitals and blanks. */
const MEANT_TLS_RPT = /^v\s*=\s*TLSRPTv1\s*(;|$)/i;
const TLS_RPT_VERSION = /^v=TLSRPTv1[ \t]*;/;
const REPORT_URI = /^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/i;

export function tlsRptRecords(dns: DnsResolver, domain: string): Promise<Gathered<readonly string[]>> {
  return published(dns, `_smtp._tls.${domain}`, MEANT_TLS_RPT);
}

export function parseTlsRptRecord(text: string): TlsRptRecord {
  const { tags, errors } = parseTagList(text);
  const uris = (tags.get('rua') ?? '').split(',').map((uri) => uri.trim());
  return {
    hasVersion: TLS_RPT_VERSION.test(text),
    errors,
    uris,
    hasUris: uris.every((uri) => REPORT_URI.test(uri)),
  };
}
