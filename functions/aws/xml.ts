/** An element of AWS's query protocol: its text, or its children by name; `member` and its like may come several times. */
export type XmlValue = string | { readonly [name: string]: readonly XmlValue[] };

const TOKEN = /<\?[^>]*>|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface Open {
  readonly children: Map<string, XmlValue[]>;
  text: string;
}

/**
 * Reads what AWS services answer in XML: elements and text, no comments, no CDATA, and attributes that nobody needs.
 * Returns the document, with its root as the only child.
 */
export function readXml(xml: string): XmlValue {
  const root: Open = { children: new Map(), text: '' };
  const open = [root];
  for (const [, closing, name = '', empty, text] of xml.matchAll(TOKEN)) {
    const current = open.at(-1) ?? root;
    if (text !== undefined) current.text += unescaped(text);
    else if (closing) close(open, name);
    else if (name && empty) append(current, name, '');
    else if (name) open.push({ children: new Map(), text: '' });
  }
  return contentOf(root);
}

function close(open: Open[], name: string): void {
  const closed = open.pop();
  const parent = open.at(-1);
  if (!closed || !parent)
    throw new SyntaxError('expected XML, got an element that closes and was never opened');
  append(parent, name, contentOf(closed));
}

function append({ children }: Open, name: string, value: XmlValue): void {
  const same = children.get(name);
  if (same) same.push(value);
  else children.set(name, [value]);
}

function contentOf({ children, text }: Open): XmlValue {
  return children.size === 0 ? text : Object.fromEntries(children);
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (ENTITIES[name] ?? whole);
  });
}
