/** Bytes that one side put on the wire, one character an octet, in the order in which the server saw them. */
export interface WireEntry {
  readonly by: 'client' | 'server';
  readonly bytes: string;
  /** Outside TLS; the handshake itself is not recorded. */
  readonly inClear: boolean;
  /** From 1, in the order in which the clients came. */
  readonly connection: number;
}

export type Recorder = (by: WireEntry['by'], bytes: string, inClear: boolean) => void;

/** What a server really received and sent: the truth that a client's account of it is measured by. */
export class WireLog {
  readonly #entries: WireEntry[] = [];
  #connections = 0;

  /** How many clients have come. */
  get connections(): number {
    return this.#connections;
  }

  /** The recorder of one more client. */
  connect(): Recorder {
    this.#connections += 1;
    const connection = this.#connections;
    return (by, bytes, inClear) => this.#entries.push({ by, bytes, inClear, connection });
  }

  /** All entries so far; the log begins anew. */
  take(): readonly WireEntry[] {
    return this.#entries.splice(0);
  }

  received({ inClear }: { readonly inClear?: boolean } = {}): string {
    return this.#entries
      .filter((entry) => entry.by === 'client' && (inClear === undefined || entry.inClear === inClear))
      .map(({ bytes }) => bytes)
      .join('');
  }
}
