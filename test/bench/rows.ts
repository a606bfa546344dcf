/** One line of what the bench prints. */
export interface Row {
  readonly what: string;
  readonly value: string;
  readonly limit: string;
  readonly result: 'ok' | 'TOO HIGH' | '';
}

/** A ratio, and the limit it has to keep. */
export function gated(what: string, ratio: number, limit: number, detail: string): Row {
  return {
    what,
    value: `${detail}, ${times(ratio)}`,
    limit: times(limit),
    result: ratio <= limit ? 'ok' : 'TOO HIGH',
  };
}

/** Only told. */
export function told(what: string, value: string): Row {
  return { what, value, limit: '', result: '' };
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)} x`;
}

export function print(rows: readonly Row[]): void {
  for (const { what, value, limit, result } of rows) {
    console.log(`${what.padEnd(44)}${value.padStart(44)}${limit.padStart(10)}  ${result}`.trimEnd());
  }
}
