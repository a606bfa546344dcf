/** One term of an SPF record (RFC 7208 section 4.6.1), not checked for anything that only a macro can tell. */
export interface SpfTerm {
  readonly qualifier: '+' | '-' | '~' | '?';
  /** A mechanism or modifier in lower case: include, a, mx, ip4, all, redirect, ... */
  readonly name: string;
  /** What follows the colon or the equals sign, without prefix lengths; empty: the record's own domain. */
  readonly target: string;
  readonly prefix4: number;
}

export const SPF_VERSION = /^v=spf1(?: |$)/i;

/** Mechanisms and modifiers that cost a query (RFC 7208 section 4.6.4). */
export const COUNTED: readonly string[] = ['include', 'a', 'mx', 'ptr', 'exists', 'redirect'];

const TERM = /^([+\-~?])?([a-z][a-z0-9_.-]*)(?:[:=](.*?))?(?:\/(\d{1,2}))?(?:\/\/\d{1,3})?$/i;
const IP4_BITS = 32;

/** What does not look like a term is left out: whether the record is valid is asked elsewhere. */
export function spfTerms(record: string): SpfTerm[] {
  return record
    .split(' ')
    .slice(1)
    .flatMap((text) => {
      const [, qualifier = '+', name = '', target = '', prefix] = TERM.exec(text) ?? [];
      if (name === '') return [];
      const prefix4 = prefix === undefined ? IP4_BITS : Math.min(IP4_BITS, Number(prefix));
      return [{ qualifier: qualifier as SpfTerm['qualifier'], name: name.toLowerCase(), target, prefix4 }];
    });
}

/** Of what evaluates; apart from it (mailauth, 350 KiB), for the page of a report names them, too. */
export interface SpfLimits {
  readonly lookups: number;
  readonly voids: number;
}

/** RFC 7208 section 4.6.4. */
export const SPF_LIMITS: SpfLimits = { lookups: 10, voids: 2 };

/** RFC 7208 section 4.6.4: names that one `mx` mechanism may lead to. */
export const MX_LIMIT = 10;
