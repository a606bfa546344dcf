/** The keywords of a complete EHLO reply, upper case (RFC 5321 section 4.1.1.1). */
export function ehloKeywords(reply: string): readonly string[] {
  return reply.split(/\r?\n/).map((line) => line.slice(4).trim().toUpperCase());
}

/** The AUTH mechanisms of a complete EHLO reply, upper case (RFC 4954 section 3); some servers list them as `AUTH=` too. */
export function offeredMechanisms(reply: string): readonly string[] {
  const lists = ehloKeywords(reply).map((keyword) => /^AUTH[ =](.*)$/.exec(keyword)?.[1] ?? '');
  return [...new Set(lists.join(' ').split(/\s+/).filter(Boolean))];
}
