/** A list of `tag=value` (RFC 6376 section 3.2), as DKIM, DMARC, MTA-STS, TLS-RPT and BIMI write their records. */
export interface TagList {
  readonly tags: ReadonlyMap<string, string>;
  /** What breaks the grammar, in words. */
  readonly errors: readonly string[];
}

const NAME = /^[a-z][a-z0-9_-]*$/i;

/** Tag names are case-sensitive and must not repeat. */
export function parseTagList(text: string): TagList {
  const tags = new Map<string, string>();
  const errors: string[] = [];
  const parts = text.split(';').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  for (const part of parts) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    if (part === '') errors.push('an empty tag');
    else if (!NAME.test(name)) errors.push(`no tag: ${part.slice(0, 40)}`);
    else if (tags.has(name)) errors.push(`tag ${name} twice`);
    else tags.set(name, part.slice(at + 1).trim());
  }
  return { tags, errors };
}

/** Those of several TXT records that are of one kind, each joined to one text (RFC 7208 section 3.3 and its like). */
export function textsOf(records: readonly (readonly string[])[], version: RegExp): string[] {
  return records.map((strings) => strings.join('')).filter((text) => version.test(text));
}
