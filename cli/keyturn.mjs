#!/usr/bin/env node
// Plain JavaScript, run by whatever Node the machine has: the command itself runs on the pinned one.
import { fileURLToPath } from 'node:url';

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));

// Compiled once, and not at each start (https://nodejs.org/api/module.html#module-compile-cache).
process.env.NODE_COMPILE_CACHE ??= pathOf('../.keyturn/compiled');
process.argv.splice(2, 0, pathOf('main.ts'));
await import('../scripts/run.mjs');
