import { oneLine } from '../../observe/shown.ts';
import { isAllStrange, isWording, knownText } from '../known-text.ts';
import { wordingsIn } from '../verdicts/phrases.ts';
import { readings } from './decoded.ts';
import { type Haystack, haystack, type Needle, needlesFor, Pieces } from './needle.ts';

/** What a server must not get into a record by saying it. */
export interface Hidden {
  /** Passwords and tokens: a piece of one is enough. */
  readonly secrets: readonly string[];
  /** User names: only as a whole. */
  readonly names: readonly string[];
  /** The host that was dialled, which is no secret and in many passwords. */
  readonly host: string;
}

/** Letters alone, such as `apikey` or `mail`: every server says these without having been told. */
const EVERYDAY = /^[a-z]{0,7}$/i;

/** `CN=` and its kin, as OpenSSL writes a name (RFC 4514). */
const ATTRIBUTE = /(?:^|, |\+ ?)[A-Za-z][A-Za-z0-9]*=/g;

interface Held {
  readonly holdUsual: boolean;
  readonly holdHost: boolean;
  readonly holdLabel: boolean;
}

/** Finds out whether a server repeats what is hidden, in plain or in any writing that `readings` can read. */
export class Echoes {
  readonly #host: string;
  readonly #secrets: readonly string[];
  readonly #names: readonly string[];
  readonly #messages: string[] = [];
  #ofSecrets: readonly Needle[] | undefined;
  #needles: readonly Needle[] | undefined;
  #pieces: Pieces | undefined;
  #held: Held | undefined;

  constructor({ secrets, names, host }: Hidden) {
    this.#host = host;
    this.#secrets = secrets;
    this.#names = names.filter((name) => !this.#isPublic(name));
  }

  /** From here on `message`, as it was said in a login, is hidden too; one that holds a secret is found by that. */
  hide(message: string): void {
    if (this.#isPublic(message) || this.#secrets.some((secret) => message.includes(secret))) return;
    this.#messages.push(message);
    this.#needles = undefined;
  }

  #isPublic(name: string): boolean {
    return EVERYDAY.test(name) || this.#host.toLowerCase().includes(name.toLowerCase());
  }

  /**
   * A text without the hidden values that hold a wording of the reply table and more: what a server repeats must not
   * change what its reply means. A value that is no more than such a wording stays, since servers say it by themselves.
   */
  takenOutOf(text: string): string {
    const values = [...this.#secrets, ...this.#names].filter((value) => wordingsIn(value).length > 0);
    const longer = values.filter((value) => !isWording(value));
    return longer.reduce(
      (rest, value) => rest.toLowerCase().replaceAll(oneLine(value).toLowerCase(), ' '),
      text,
    );
  }

  /**
   * In what a server said, and in the names of its certificate: something hidden as a whole, or a piece of it beside all
   * that servers usually say.
   */
  areIn(words: string, names: readonly string[] = []): boolean {
    const { shown, strange } = knownText(words);
    if (this.#isPartIn([strange, ...names.map(valuesOf)].join(' '))) return true;
    // What is known is in no other writing, and a value without a usual text in it is in none that holds one.
    const isThere = this.arePlainlyIn(words) || (this.#values().holdUsual && this.#isWholeIn(words));
    return isThere && !this.arePlainlyIn(shown);
  }

  /** In names of which nothing is known: in one of them, or put together from their parts. */
  areInNames(names: readonly string[]): boolean {
    return this.#isPartIn(names.map(valuesOf).join(' '));
  }

  /** Something hidden as a whole, in any writing. */
  areShownBy(text: string): boolean {
    return this.#isWholeIn(text);
  }

  /** Something hidden as a whole and as it is, which may be a word that servers usually say. */
  arePlainlyIn(text: string): boolean {
    const plain = haystack(text, true);
    return this.#allNeedles().some((needle) => needle.isWholeIn(plain));
  }

  #isWholeIn(text: string): boolean {
    return this.#search(text, (one) => this.#allNeedles().some((needle) => needle.isWholeIn(one)));
  }

  #isPartIn(text: string): boolean {
    const { holdHost, holdLabel } = this.#values();
    const rest = holdHost ? text : without(text, [this.#host]);
    const foreign = without(rest, [this.#host, ...labelsOf(this.#host)]);
    if (holdLabel && foreign !== rest && this.#isWholeIn(rest)) return true;
    this.#pieces ??= new Pieces(this.#secrets, this.#needlesOfSecrets());
    const pieces = this.#pieces;
    const isStrange = (one: Haystack) => this.#allNeedles().some((needle) => needle.isStrangeIn(one));
    return this.#search(foreign, (one) => isStrange(one) || pieces.areIn(one.squeezed));
  }

  /** A text that cannot be searched counts as one in which something was found. */
  #search(text: string, matches: (one: Haystack) => boolean): boolean {
    if (text.trim() === '' || this.#allNeedles().length === 0) return false;
    const all = readings(text);
    return all === null || all.some((reading, index) => matches(haystack(reading, index === 0)));
  }

  #allNeedles(): readonly Needle[] {
    this.#needles ??= [
      ...this.#needlesOfSecrets(),
      ...[...this.#names, ...this.#messages].flatMap(needlesFor),
    ];
    return this.#needles;
  }

  #needlesOfSecrets(): readonly Needle[] {
    this.#ofSecrets ??= this.#secrets.flatMap(needlesFor);
    return this.#ofSecrets;
  }

  /** What the hidden values have in common with all that every server says. */
  #values() {
    const values = [...this.#secrets, ...this.#names];
    const hold = (parts: readonly string[]) => values.some((value) => partsIn(value, parts).length > 0);
    this.#held ??= {
      holdUsual: !values.every(isAllStrange),
      holdHost: hold([this.#host]),
      holdLabel: hold([this.#host, ...labelsOf(this.#host)]),
    };
    return this.#held;
  }
}

function valuesOf(name: string): string {
  return name.replace(ATTRIBUTE, ' ');
}

/** Of a host the longer ones: a server of `mail.example.com` may call itself `mx1.example.net`. */
function labelsOf(host: string): readonly string[] {
  return host.split('.').filter((label) => /^[\w-]{6,}$/.test(label));
}

function without(text: string, parts: readonly string[]): string {
  return partsIn(text, parts).reduce((rest, part) => rest.replaceAll(literally(part), ' '), text);
}

function partsIn(text: string, parts: readonly string[]): readonly string[] {
  const lower = text.toLowerCase();
  return parts.filter((part) => part !== '' && lower.includes(part.toLowerCase()));
}

function literally(name: string): RegExp {
  return new RegExp(name.replace(/[^\w-]/g, '\\$&'), 'gi');
}
