/** So many letters and digits in a row are no chance, wherever words begin and end. */
const UNMISTAKABLE = 8;
/** Shorter values are looked for as words of their own, and below this in plain sight only. */
const DECODABLE = 4;
/** A piece this long of a secret is taken for an echo that was split. */
const PIECE = 6;
/** Of base64 without its case, whose letters say less. */
const BASE64_PIECE = 8;

/** A text in the shapes in which values are looked for. */
export interface Haystack {
  /** Without case and accents. */
  readonly folded: string;
  /** Nothing but its letters and digits. */
  readonly squeezed: string;
  /** No text that was decoded. */
  readonly isPlain: boolean;
}

export function haystack(text: string, isPlain: boolean): Haystack {
  const folded = fold(text);
  return { folded, squeezed: squeeze(folded), isPlain };
}

/** One writing of a hidden value: whether it is in a text, whole or as a piece. */
export class Needle {
  readonly #folded: string;
  readonly #squeezed: string;

  constructor(value: string) {
    this.#folded = fold(value).trim();
    this.#squeezed = squeeze(this.#folded);
  }

  isWholeIn({ folded, squeezed, isPlain }: Haystack): boolean {
    if (this.#squeezed.length >= UNMISTAKABLE) return squeezed.includes(this.#squeezed);
    if (this.#folded.length < (isPlain ? 1 : DECODABLE)) return false;
    return isWordIn(folded, this.#folded);
  }

  /** Also inside other words: for what is left of a text when all that is known is taken out. */
  isStrangeIn(text: Haystack): boolean {
    return this.isWholeIn(text) || (this.#squeezed.length >= PIECE && text.squeezed.includes(this.#squeezed));
  }

  /** What pieces may be made of; nothing for a value that is too short for them. */
  get divisible(): string {
    return this.#squeezed.length < UNMISTAKABLE ? '' : this.#squeezed;
  }
}

/** Every writing of a value that no decoder brings back: as it is, as octets, backwards, in ROT13. */
export function needlesFor(value: string): readonly Needle[] {
  const latin1 = isAscii(value) ? value : Buffer.from(value).toString('latin1');
  const backwards = [...value].reverse().join('');
  const writings = new Set([value, latin1, ...(value.length < DECODABLE ? [] : [backwards, rot13(value)])]);
  return [...writings].filter((writing) => writing.trim() !== '').map((writing) => new Needle(writing));
}

/** Base64 that has lost its case cannot be decoded, but made: a value begins at one of three places in it. */
function base64Cores(value: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + value)
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters hold bits of what stands before, the last of what follows.
    return squeeze(fold(encoded.slice(Math.ceil((before * 4) / 3), -1)));
  });
}

/** Pieces of secrets, and which texts hold one of them. */
export class Pieces {
  /** All writings of the secrets, apart from each other. */
  readonly #writings: string;
  readonly #base64: string;
  /** By the hash of their beginnings: nearly all that a text holds is told apart by it, without being cut out. */
  readonly #marked = new Uint8Array(MARKS);

  /** `needles`: those of the secrets. */
  constructor(secrets: readonly string[], needles: readonly Needle[]) {
    this.#writings = needles.map((needle) => needle.divisible).join(' ');
    this.#base64 = secrets.flatMap(base64Cores).join(' ');
    for (const all of [this.#writings, this.#base64]) {
      forEachHash(all, (hash) => {
        this.#marked[hash] = 1;
        return false;
      });
    }
  }

  /** Linear in the length of `squeezed`. */
  areIn(squeezed: string): boolean {
    return forEachHash(squeezed, (hash, at) => this.#marked[hash] === 1 && this.#isAt(squeezed, at));
  }

  #isAt(text: string, at: number): boolean {
    const long = text.slice(at, at + BASE64_PIECE);
    return (
      this.#writings.includes(text.slice(at, at + PIECE)) ||
      (long.length === BASE64_PIECE && this.#base64.includes(long))
    );
  }
}

const MARKS = 4096;
const FACTOR = 31;
/** What the first of `PIECE` characters was multiplied with. */
const FIRST = FACTOR ** (PIECE - 1);

/** Of each `PIECE` characters in a row, until `see` has seen enough. */
function forEachHash(text: string, see: (hash: number, at: number) => boolean): boolean {
  let hash = 0;
  for (let end = 0; end < text.length; end++) {
    const out = end < PIECE ? 0 : Math.imul(text.charCodeAt(end - PIECE), FIRST);
    hash = (Math.imul(hash, FACTOR) + text.charCodeAt(end) - Math.imul(out, FACTOR)) | 0;
    const at = end - PIECE + 1;
    if (at >= 0 && see((hash >>> 0) % MARKS, at)) return true;
  }
  return false;
}

function isWordIn(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before = '', after = ''] = [text[at - 1], text[at + word.length]];
    if (!isJoined(before, word[0] ?? '') && !isJoined(word.at(-1) ?? '', after)) return true;
  }
  return false;
}

function isJoined(left: string, right: string): boolean {
  return /[\p{L}\p{N}]/u.test(left) && /[\p{L}\p{N}]/u.test(right);
}

function fold(text: string): string {
  const folded = isAscii(text) ? text.toLowerCase() : mapped(text, FOLDED, foldAny);
  return folded.replace(/\s{2,}|[^\S ]/g, ' ');
}

function squeeze(folded: string): string {
  return isAscii(folded) ? folded.replace(/[^a-z0-9]+/g, '') : mapped(folded, SQUEEZED, squeezeAny);
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are in ASCII.
  return /^[\x00-\x7f]*$/.test(text);
}

function foldAny(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

function squeezeAny(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Octets that were decoded are Latin-1, of which so much is searched that a table pays. */
const LATIN1 = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
const FOLDED = LATIN1.map(foldAny);
const SQUEEZED = LATIN1.map(squeezeAny);
const ROTATED = LATIN1.map(rotateAny);

function mapped(text: string, table: readonly string[], other: (text: string) => string): string {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const character = table[text.charCodeAt(at)];
    if (character === undefined) return other(text);
    out += character;
  }
  return out;
}

function rot13(text: string): string {
  return mapped(text, ROTATED, rotateAny);
}

function rotateAny(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const from = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - from + 13) % 26) + from);
  });
}
