/** All that a real server says in a login stays below it; what is longer is not worth the time of a search. */
const LIMIT = 8 * 1024;
/** Of one encoding inside another: `base64` of `hex` of `percent`. */
const DEPTH = 3;
/** Characters of all readings together, so that a text made to have many of them costs no more than this. */
const TOTAL = 32 * LIMIT;

/**
 * A text as it is, and read in every way in which a server could have written something else: escapes, hexadecimal,
 * decimal, base64 from any of its characters on, backwards, with a space after each letter, and one inside another.
 * Octets become Latin-1 characters. Null when the text is too long or has too many readings.
 */
export function readings(text: string): readonly string[] | null {
  if (text.length > LIMIT) return null;
  const found = new Set([text, text.replace(/\s+/g, ''), unspaced(text), [...text].reverse().join('')]);
  let latest = [...found];
  for (let depth = 0; depth < DEPTH; depth++) {
    latest = latest.flatMap(decodings).filter(isNew(found));
    if (sizeOf(found) > TOTAL) return null;
  }
  return [...found];
}

const DECODERS: readonly ((text: string) => string)[] = [octal, escapes, hexadecimal, decimal, base64];
const ESCAPED = /[%=\\&]|[xu][0-9a-f{+]/i;
/** Without one of these no decoder finds anything, which is sooner seen than by asking each. */
const ENCODED = /[%=\\&]|[xu][0-9a-f{+]|\d{2}|[a-z0-9+/_-]{6}|[0-9a-f](?:[\s:,.;_-]{0,2}[0-9a-f]){7}/i;

function decodings(text: string): readonly string[] {
  return ENCODED.test(text) ? DECODERS.map((decode) => decode(text)) : [];
}

function isNew(found: Set<string>): (reading: string) => boolean {
  return (reading) => {
    const isKnown = reading === '' || found.has(reading);
    found.add(reading);
    return !isKnown;
  };
}

function sizeOf(found: ReadonlySet<string>): number {
  return [...found].reduce((sum, { length }) => sum + length, 0);
}

/** `h u n t e r`, `h-u-n-t-e-r` */
function unspaced(text: string): string {
  return text.replace(
    /(?<![\p{L}\p{N}])[\p{L}\p{N}](?:[^\p{L}\p{N}]{1,3}[\p{L}\p{N}])+(?![\p{L}\p{N}])/gu,
    (run) => run.replace(/[^\p{L}\p{N}]+/gu, ''),
  );
}

/** Of C; `\101` could be an escape of RFC 4514 too, so each has a reading of its own. The backslashes get lost on the way. */
function octal(text: string): string {
  const runs = text.match(/(?:\\?[0-3][0-7]{2}){4,}/g) ?? [];
  return runs
    .flatMap((run) => [0, 1, 2].map((start) => inThrees(run.replaceAll('\\', '').slice(start), 8)))
    .join('\n');
}

function inThrees(digits: string, radix: 8 | 10): string {
  const codes = digits.match(/\d{3}/g) ?? [];
  return codes.map((code) => character(Number.parseInt(code, radix))).join('');
}

/** Of URLs, quoted-printable (RFC 2045 section 6.7), HTML, JSON, C, RFC 4514 and Unicode's own notation. */
const ESCAPE =
  /[%=]([0-9a-f]{2})|=\s+|\\?x([0-9a-f]{2})|\\?u([0-9a-f]{4})|\\?u\{([0-9a-f]{1,6})\}|&#x0{0,6}([0-9a-f]{1,6});?|&#0{0,6}(\d{1,7});?|&([a-z]{2,8});|\\([0-9a-f]{2})|0x([0-9a-f]{2})|U\+([0-9a-f]{4,6})/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ACCENT = /^([a-z])(?:uml|acute|grave|circ|tilde|ring|cedil|caron|slash)$/i;

function escapes(text: string): string {
  if (!ESCAPED.test(text)) return '';
  return text.replace(ESCAPE, (_all, ...groups: (string | undefined)[]) => {
    const [percent, x, u, braced, htmlHex, html, named, backslash, zeroX, unicode] = groups;
    if (named !== undefined) return ENTITIES[named.toLowerCase()] ?? ACCENT.exec(named)?.[1] ?? '';
    if (html !== undefined) return character(Number(html));
    const digits = percent ?? x ?? u ?? braced ?? htmlHex ?? backslash ?? zeroX ?? unicode;
    return digits === undefined ? '' : character(Number.parseInt(digits, 16));
  });
}

function character(point: number): string {
  return point <= 0x10ffff ? String.fromCodePoint(point) : '';
}

/** Whatever stands between the digits; what comes before may have taken one digit more. */
function hexadecimal(text: string): string {
  const runs = text.match(/[0-9a-f](?:[\s:,.;_-]{0,2}[0-9a-f]){7,}/gi) ?? [];
  const digits = runs.map((run) => run.replace(/[^0-9a-f]/gi, ''));
  return digits.flatMap((run) => [octets(run, 'hex'), octets(run.slice(1), 'hex')]).join('\n');
}

/** `104 117 110 116`, and as an array of JSON; `104117110116` */
function decimal(text: string): string {
  const runs = text.match(/\d{2,3}(?:[\s,;.:_-]{1,2}\d{2,3}){3,}/g) ?? [];
  const joined = text.match(/(?:[01]\d\d){4,}/g) ?? [];
  return [
    ...runs.map((run) => (run.match(/\d+/g) ?? []).map((code) => character(Number(code))).join('')),
    ...joined.map((run) => inThrees(run, 10)),
  ].join('\n');
}

/** Both alphabets of RFC 4648. Four characters hold three octets, so there are four places to begin at. */
function base64(text: string): string {
  const runs = text.match(/[A-Za-z0-9+/_-]{6,}/g) ?? [];
  return runs.flatMap((run) => [0, 1, 2, 3].map((start) => octets(run.slice(start), 'base64'))).join('\n');
}

function octets(text: string, encoding: 'hex' | 'base64'): string {
  return Buffer.from(text, encoding).toString('latin1');
}
