import { REGISTERED_EXTENSIONS, REGISTERED_MECHANISMS } from './registered.ts';

/** RFC 1870 section 3: up to 20 digits, of which no real limit takes more than these. */
const SIZE = /^SIZE(?: \d{1,12})?$/;
/** RFC 9422 section 3; each number has at most six digits there. */
const LIMITS = /^LIMITS(?: (?:MAILMAX|RCPTMAX|RCPTDOMAINMAX)=\d{1,6}){1,3}$/;
/** What a firewall writes over a keyword that it does not want to be seen. */
const OVERWRITTEN = /^X{4,16}A?$/;

/** The keywords of a complete EHLO reply, upper case (RFC 5321 section 4.1.1.1): a server's own words, not to be shown. */
export function ehloKeywords(reply: string): readonly string[] {
  return reply.split(/\r?\n/).map((line) => line.slice(4).trim().toUpperCase());
}

/** Of the keywords of an EHLO reply, whose first line names the server, those that are registered, with such parameters as can be nothing else. */
export function registeredKeywords(reply: string): readonly string[] {
  return [...new Set(ehloKeywords(reply).slice(1).flatMap(registered))];
}

function registered(keyword: string): string[] {
  if (SIZE.test(keyword) || LIMITS.test(keyword) || OVERWRITTEN.test(keyword)) return [keyword];
  const name = keyword.split(/[ =]/, 1)[0] ?? '';
  if (name === 'AUTH') return [['AUTH', ...mechanismsIn(keyword).filter(isRegistered)].join(' ')];
  return REGISTERED_EXTENSIONS.includes(name) ? [name] : [];
}

/** The AUTH mechanisms of a complete EHLO reply, upper case (RFC 4954 section 3), as far as anybody knows them. */
export function offeredMechanisms(reply: string): readonly string[] {
  return [...new Set(listedMechanisms(reply).filter(isRegistered))];
}

/** All that the AUTH lines of an EHLO reply list: a server's own words. Some servers write `AUTH=` too. */
export function listedMechanisms(reply: string): readonly string[] {
  return ehloKeywords(reply).flatMap(mechanismsIn);
}

function mechanismsIn(keyword: string): string[] {
  const list = /^AUTH[ =](.*)$/.exec(keyword)?.[1] ?? '';
  return list.split(/\s+/).filter((name) => name !== '');
}

function isRegistered(name: string): boolean {
  return REGISTERED_MECHANISMS.has(name);
}
