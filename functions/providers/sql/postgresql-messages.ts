/** A code and a length, which counts itself (PostgreSQL section 54.7). */
const CODE_OCTETS = 1;
const LENGTH_OCTETS = 4;
/** More than a server has to say to a change of one row. */
const LONGEST_OCTETS = 1024 * 1024;
/** AuthenticationSASL: a list of mechanisms follows. */
const SASL = 10;

/** What may follow a change of one row, by its code; whether its strings have an end. */
const MESSAGES: Readonly<Record<string, (content: Buffer) => boolean>> = {
  // ParseComplete, BindComplete, CloseComplete, NoData, PortalSuspended, EmptyQueryResponse, ReadyForQuery, BackendKeyData
  ...Object.fromEntries([...'123nsIZK'].map((code) => [code, () => true])),
  // CommandComplete, ParameterStatus, NotificationResponse
  C: (content) => stringsIn(content) >= 1,
  S: (content) => stringsIn(content) >= 2,
  A: (content) => stringsIn(content.subarray(4)) >= 2,
  // ErrorResponse, NoticeResponse, Authentication
  E: isList,
  N: isList,
  R: (content) => content.length >= 4 && (content.readUInt32BE() !== SASL || isList(content.subarray(4))),
};

/**
 * The messages of a PostgreSQL server, each whole, before pg reads them: it throws at one that is shorter than its fields, and
 * goes on for ever in a string without an end, where nothing in the process could stop it.
 */
export class PostgresqlMessages {
  #rest: Buffer = Buffer.alloc(0);

  /** Those that are whole by now; null once one is not what a server may say here. */
  take(chunk: Buffer): readonly Buffer[] | null {
    let rest = Buffer.concat([this.#rest, chunk]);
    const whole: Buffer[] = [];
    while (rest.length >= CODE_OCTETS + LENGTH_OCTETS) {
      const octets = CODE_OCTETS + rest.readUInt32BE(CODE_OCTETS);
      if (octets < CODE_OCTETS + LENGTH_OCTETS || octets > LONGEST_OCTETS) return null;
      if (rest.length < octets) break;
      const message = rest.subarray(0, octets);
      if (!isReadable(message)) return null;
      whole.push(message);
      rest = rest.subarray(octets);
    }
    this.#rest = rest;
    return whole;
  }
}

function isReadable(message: Buffer): boolean {
  const code = message.toString('latin1', 0, CODE_OCTETS);
  return MESSAGES[code]?.(message.subarray(CODE_OCTETS + LENGTH_OCTETS)) ?? false;
}

function stringsIn(content: Buffer): number {
  return content.at(-1) === 0 ? content.filter((octet) => octet === 0).length : 0;
}

/** Strings, and an empty one behind the last. */
function isList(content: Buffer): boolean {
  return content.at(-1) === 0 && (content.length === 1 || content.at(-2) === 0);
}
