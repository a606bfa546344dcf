/** What nothing in a process can catch. */
export const WAYS_TO_END = {
  'segmentation fault': () => process.kill(process.pid, 'SIGSEGV'),
  'process.exit': () => process.exit(1),
  'out of memory': () => {
    const held: unknown[] = [];
    for (;;) held.push(new Array(1_000_000).fill(held.length));
  },
  'endless loop': () => {
    process.send?.('hangs');
    for (;;);
  },
} as const;

export type WayToEnd = keyof typeof WAYS_TO_END;
