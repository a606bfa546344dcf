/**
 * How a server could write down a value that it has learnt, and a search for all of that. Written without the code that
 * is tested: what it finds is found by making the writings, not by reading them.
 */
export interface EchoForm {
  readonly name: string;
  /** A line break is one between two lines of a reply. */
  readonly of: (secret: string) => string;
}

const base64 = (text: string | Uint8Array) => Buffer.from(text as string).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');
const octets = (text: string) => hex(text).match(/../g) ?? [];
const backwards = (text: string) => [...text].reverse().join('');
const points = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);
const half = (text: string) => Math.ceil(text.length / 2);
const halves = (text: string) => [text.slice(0, half(text)), text.slice(half(text))] as const;

const FORMS: Readonly<Record<string, EchoForm['of']>> = {
  'as it is': (text) => text,
  'in upper case': (text) => text.toUpperCase(),
  'in lower case': (text) => text.toLowerCase(),
  'in full-width letters': (text) =>
    text.replace(/[!-~]/g, (one) => String.fromCodePoint(one.charCodeAt(0) + 0xfee0)),
  backwards,
  'in ROT13': (text) =>
    text.replace(/[a-z]/gi, (one) => {
      const from = one <= 'Z' ? 65 : 97;
      return String.fromCharCode(((one.charCodeAt(0) - from + 13) % 26) + from);
    }),
  spaced: (text) => [...text].join(' '),
  'with dashes': (text) => [...text].join('-'),
  'with dots': (text) => [...text].join('.'),
  'over two lines': (text) => halves(text).join('\n'),
  'over two lines with words between': (text) =>
    `the first part was ${halves(text)[0]} here\nand the other ${halves(text)[1]} there`,
  'over three lines': (text) =>
    (text.match(new RegExp(`.{1,${Math.ceil(text.length / 3)}}`, 'gs')) ?? []).join('\n'),
  'its first half': (text) => halves(text)[0],
  'its second half': (text) => halves(text)[1],
  hex,
  'hex in upper case': (text) => hex(text).toUpperCase(),
  'hex with spaces': (text) => octets(text).join(' '),
  'hex with colons': (text) => octets(text).join(':'),
  'hex over two lines': (text) => halves(hex(text)).join('\n'),
  'hex of C': (text) =>
    octets(text)
      .map((octet) => `0x${octet}`)
      .join(', '),
  'decimal codes without spaces': (text) =>
    [...Buffer.from(text)].map((octet) => String(octet).padStart(3, '0')).join(''),
  'decimal codes': (text) => [...Buffer.from(text)].join(' '),
  percent: (text) =>
    octets(text)
      .map((octet) => `%${octet}`)
      .join(''),
  'percent twice': (text) =>
    octets(text)
      .map((octet) => `%25${octet}`)
      .join(''),
  'quoted-printable': (text) =>
    octets(text)
      .map((octet) => `=${octet.toUpperCase()}`)
      .join(''),
  'HTML, decimal': (text) =>
    points(text)
      .map((point) => `&#${point};`)
      .join(''),
  'HTML, hexadecimal': (text) =>
    points(text)
      .map((point) => `&#x${point.toString(16)};`)
      .join(''),
  'HTML, padded': (text) =>
    points(text)
      .map((point) => `&#${String(point).padStart(7, '0')};`)
      .join(''),
  'JSON escapes': (text) =>
    points(text)
      .map((point) => `\\u${point.toString(16).padStart(4, '0')}`)
      .join(''),
  'escapes of ECMAScript': (text) =>
    points(text)
      .map((point) => `\\u{${point.toString(16)}}`)
      .join(''),
  'escapes of C': (text) =>
    octets(text)
      .map((octet) => `\\x${octet}`)
      .join(''),
  'octal escapes': (text) =>
    [...Buffer.from(text)].map((octet) => `\\${octet.toString(8).padStart(3, '0')}`).join(''),
  'escapes of RFC 4514': (text) =>
    octets(text)
      .map((octet) => `\\${octet}`)
      .join(''),
  base64,
  'base64 from the second octet on': (text) => base64(`x${text}`),
  'base64 from the third octet on': (text) => base64(`xy${text}`),
  'base64 without its first letter': (text) => base64(text).slice(1),
  'base64 over two lines': (text) => halves(base64(text)).join('\n'),
  'base64 with spaces': (text) => [...base64(text)].join(' '),
  'base64 of URLs': (text) => Buffer.from(text).toString('base64url'),
  'base64 in upper case': (text) => base64(text).toUpperCase(),
  'base64 from the second octet on, in upper case': (text) => base64(`x${text}`).toUpperCase(),
  'base64 backwards': (text) => backwards(base64(text)),
  'base64 of it backwards': (text) => base64(backwards(text)),
  'base64 of base64': (text) => base64(base64(text)),
  'base64 of hex': (text) => base64(hex(text)),
  'hex of base64': (text) => hex(base64(text)),
  'base64 of UTF-16': (text) => base64(Buffer.from(text, 'utf16le')),
  'what AUTH PLAIN says': (text) => base64(`\0ada\0${text}`),
};

export const ECHO_FORMS: readonly EchoForm[] = Object.entries(FORMS).map(([name, of]) => ({ name, of }));

/** Letters and digits that are no chance in a text of some hundred kilobytes. */
const PLAIN_PIECE = 6;
const CODED_PIECE = 10;
const PLAIN = ['as it is', 'backwards', 'in ROT13'];

/** Which writings of a value are in a text, whole or in part; without regard to case and to what stands between. */
export function echoesFound(text: string, secret: string): string[] {
  const searched = lettersOf(text);
  const found = new Set<string>();
  for (const [length, pieces] of piecesOf(secret)) {
    for (let at = 0; at + length <= searched.length; at++) {
      const form = pieces.get(searched.slice(at, at + length));
      if (form !== undefined) found.add(form);
    }
  }
  return [...found];
}

const known = new Map<string, ReadonlyMap<number, ReadonlyMap<string, string>>>();

/** By their length: the pieces of all writings, and the name of the writing. */
function piecesOf(secret: string): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const made = known.get(secret) ?? makePieces(secret);
  known.set(secret, made);
  return made;
}

function makePieces(secret: string): Map<number, Map<string, string>> {
  const pieces = new Map<number, Map<string, string>>();
  for (const { name, of } of ECHO_FORMS) {
    const coded = lettersOf(of(secret));
    const length = Math.min(PLAIN.includes(name) ? PLAIN_PIECE : CODED_PIECE, coded.length);
    const ofLength = pieces.get(length) ?? new Map<string, string>();
    pieces.set(length, ofLength);
    for (let at = 0; at + length <= coded.length; at++) ofLength.set(coded.slice(at, at + length), name);
  }
  return pieces;
}

function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
