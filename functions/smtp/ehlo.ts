/** RFC 4422 section 3.1. */
const MECHANISM = /^[A-Z0-9_-]{1,20}$/;
/** More than any server has; a hostile one could fill the records that this list goes into. */
const MECHANISMS = 32;

/** The keywords of a complete EHLO reply, upper case (RFC 5321 section 4.1.1.1). */
export function ehloKeywords(reply: string): readonly string[] {
  return reply.split(/\r?\n/).map((line) => line.slice(4).trim().toUpperCase());
}

/** The AUTH mechanisms of a complete EHLO reply, upper case (RFC 4954 section 3); some servers list them as `AUTH=` too. */
export function offeredMechanisms(reply: string): readonly string[] {
  const lists = ehloKeywords(reply).map((keyword) => /^AUTH[ =](.*)$/.exec(keyword)?.[1] ?? '');
  const names = lists.join(' ').split(/\s+/);
  return [...new Set(names.filter((name) => MECHANISM.test(name)))].slice(0, MECHANISMS);
}
