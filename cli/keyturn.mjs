#!/usr/bin/env node
// Plain JavaScript, run by whatever Node the machine has: the command itself runs on the pinned one.
import { fileURLToPath } from 'node:url';

process.argv.splice(2, 0, fileURLToPath(new URL('main.ts', import.meta.url)));
await import('../infra/bootstrap.mjs');
