import { isAllStrange, isWording, knownText, oneLine, wordingsIn } from '../known-text.ts';
import { readings } from './decoded.ts';
import { type Haystack, haystack, type Needle, needlesFor, Pieces } from './needle.ts';

/** In the place of words that may repeat something hidden. */
export const REDACTED = '[redacted]';

/** What a server must not get into a record by saying it. */
export interface Hidden {
  /** Passwords and tokens: a piece of one is enough. */
  readonly secrets: readonly string[];
  /** User names and what else was said in a login: only as a whole. */
  readonly names: readonly string[];
  /** The host that was dialled, which is no secret and in many passwords. */
  readonly host: string;
}

/** Letters alone, such as `apikey` or `mail`: every server says these without having been told. */
const EVERYDAY = /^[a-z]{0,7}$/i;

/** `CN=` and its kin, as OpenSSL writes a name (RFC 4514). */
const ATTRIBUTE = /(?:^|, |\+ ?)[A-Za-z][A-Za-z0-9]*=/g;

/** Finds out whether a server repeats what is hidden, in plain or in any writing that `readings` can read. */
export class Echoes {
  readonly #host: string;
  readonly #secrets: readonly string[];
  readonly #names: string[];
  #needles: readonly Needle[] | undefined;
  #pieces: Pieces | undefined;

  constructor({ secrets, names, host }: Hidden) {
    const isPublic = (name: string) => EVERYDAY.test(name) || host.toLowerCase().includes(name.toLowerCase());
    this.#host = host;
    this.#secrets = secrets;
    this.#names = names.filter((name) => !isPublic(name));
  }

  /** From here on `message`, as it was said in a login, is hidden too. */
  hide(message: string): void {
    this.#names.push(message);
    this.#needles = undefined;
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

  /** In what a server said: something hidden as a whole, or a piece of it beside all that servers usually say. */
  areIn(words: string): boolean {
    const { shown, strange } = knownText(words);
    const foreign = withoutHost(strange, this.#host);
    if (this.#isPartIn(foreign)) return true;
    // A value with a usual text or the host in it is not as a whole in what is left.
    const values = [...this.#secrets, ...this.#names];
    if (!values.every(isAllStrange)) return this.areShownBy(words) && !this.areShownBy(shown);
    return values.some((value) => withoutHost(value, this.#host) !== value) && this.areShownBy(strange);
  }

  /** In the names of a certificate, of which nothing is known: in one, or put together from their parts. */
  areInNames(...names: readonly string[]): boolean {
    const values = names.map((name) => name.replace(ATTRIBUTE, ' ')).join(' ');
    return this.#isPartIn(withoutHost(values, this.#host)) || this.areShownBy(values);
  }

  /** Something hidden as a whole. */
  areShownBy(text: string): boolean {
    return this.#search(text, (one) => this.#allNeedles().some((needle) => needle.isWholeIn(one)));
  }

  #isPartIn(text: string): boolean {
    this.#pieces ??= new Pieces(this.#secrets);
    const pieces = this.#pieces;
    const isStrange = (one: Haystack) => this.#allNeedles().some((needle) => needle.isStrangeIn(one));
    return this.#search(text, (one) => isStrange(one) || pieces.areIn(one.squeezed));
  }

  /** A text that cannot be searched counts as one in which something was found. */
  #search(text: string, matches: (one: Haystack) => boolean): boolean {
    if (text.trim() === '' || this.#allNeedles().length === 0) return false;
    const all = readings(text);
    return all === null || all.some((reading, index) => matches(haystack(reading, index === 0)));
  }

  #allNeedles(): readonly Needle[] {
    this.#needles ??= [...this.#secrets, ...this.#names].flatMap(needlesFor);
    return this.#needles;
  }
}

/** Its longer labels too: a server of `mail.example.com` may call itself `mx1.example.net`. */
function withoutHost(text: string, host: string): string {
  const names = [host, ...host.split('.').filter((label) => /^[\w-]{6,}$/.test(label))];
  return names
    .filter((name) => name !== '')
    .reduce((rest, name) => rest.replaceAll(literally(name), ' '), text);
}

function literally(name: string): RegExp {
  return new RegExp(name.replace(/[^\w-]/g, '\\$&'), 'gi');
}
