import { canonicalDomain } from '../net/endpoint.ts';

/** An account as its server may see it; `full` and `local` are equal when the name has no domain. */
export interface AccountName {
  readonly full: string;
  readonly local: string;
}

/**
 * The one spelling of a user name. Servers trim names, fold their letters and prepare them by SASLprep (RFC 4013), or do
 * not: what any of them takes for one account is one here, for a budget too many is what locks it. A sub-address
 * (`orders+eu@`, RFC 5233) is where mail goes, not who logs in, so it stays. Of `DOMAIN\orders`, as Windows has it, nobody
 * can tell which mail domain is meant: it is a bare name.
 */
export function accountName(username: string): AccountName {
  const text = folded(username);
  const at = text.lastIndexOf('@');
  const local = (at < 0 ? text : text.slice(0, at)).trim();
  const domain = at < 0 ? '' : canonicalDomain(text.slice(at + 1).trim());
  if (domain) return { full: `${local}@${domain}`, local };
  const bare = local.slice(local.lastIndexOf('\\') + 1).trim();
  return { full: bare, local: bare };
}

/** RFC 3454 appendix B.1: of its characters only U+1806 is no default ignorable one. */
const MAPPED_TO_NOTHING = /[\p{Default_Ignorable_Code_Point}\u1806]/gu;

/** SASLprep without its prohibitions: a name that one server refuses another may take. */
function folded(text: string): string {
  return upper(text.replace(/[\p{Zs}\u200b]/gu, ' ').replace(MAPPED_TO_NOTHING, ''))
    .normalize('NFKC')
    .trim();
}

/** By way of the small letters, since some capitals have several; and normalized before, since some letters have none. */
function upper(text: string): string {
  return text.normalize('NFKC').toLowerCase().toUpperCase();
}
