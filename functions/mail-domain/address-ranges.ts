/** Of IPv4 addresses as numbers. */
export type Range = readonly [first: number, last: number];

const IPV4_BITS = 32;

/** `address` is IPv4 in dotted form; null for anything else. */
export function ipv4Range(address: string, prefix: number): Range | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return null;
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (IPV4_BITS - prefix);
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}

/** Whether each address of `wanted` is in `ranges`. */
export function holdsAll(ranges: readonly Range[], wanted: readonly Range[]): boolean {
  return countAddresses([...ranges, ...wanted]) === countAddresses(ranges);
}

/** How many addresses the ranges hold, each counted once. */
export function countAddresses(ranges: readonly Range[]): number {
  let count = 0;
  let counted = -1;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (last <= counted) continue;
    count += last - Math.max(first, counted + 1) + 1;
    counted = last;
  }
  return count;
}
