import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Behaviour } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours/all.ts';
import { mark, type Score, scoreboard, type Tried } from './score.ts';
import { serve } from './serve.ts';
import { curl } from './tools/curl.ts';
import { keyturn } from './tools/keyturn.ts';
import { nodemailer } from './tools/nodemailer.ts';
import { smtplib } from './tools/smtplib.ts';
import { swaks } from './tools/swaks.ts';
import type { Tool } from './tools/tool.ts';

const TOOLS: readonly Tool[] = [keyturn, nodemailer, swaks, curl, smtplib];
const SCOREBOARD = new URL('scoreboard.md', import.meta.url);
const AT_ONCE = 3;

const directory = await mkdtemp(join(tmpdir(), 'keyturn-conformance-'));
try {
  process.exitCode = await compare();
} finally {
  await rm(directory, { recursive: true });
}

/** 1 when Keyturn is not right about all. */
async function compare(): Promise<number> {
  const scores: Score[] = [];
  for (const tool of TOOLS) {
    const version = await tool.version();
    if (version === null) console.log(`${tool.name}: skipped, because it is not installed here.`);
    else scores.push({ tool: tool.name, version, tried: await tryAll(tool) });
  }
  for (const score of scores) printWrong(score);
  const table = scoreboard(scores);
  console.log(`\n${table}`);
  if (scores.length === TOOLS.length) await writeFile(SCOREBOARD, table);
  else console.log(`${SCOREBOARD.pathname} is left as it is: a tool is missing.`);
  const own = scores.find(({ tool }) => tool === keyturn.name);
  return own?.tried.every((tried) => mark(tried) === 'right') ? 0 : 1;
}

function tryAll(tool: Tool): Promise<Tried[]> {
  return pLimit(AT_ONCE).map(BEHAVIOURS, (behaviour) => tryOne(tool, behaviour));
}

async function tryOne(tool: Tool, behaviour: Behaviour): Promise<Tried> {
  const server = await serve(behaviour);
  const { host, port, security, ca } = server;
  const caFile = join(directory, `${port}.pem`);
  await writeFile(caFile, ca);
  const claim = await tool.claim({ host, port, security, ca, caFile });
  await server.close();
  return { behaviour, claim };
}

function printWrong({ tool, tried }: Score): void {
  const wrong = tried.filter((one) => mark(one) !== 'right');
  console.log(`\n${tool}: ${wrong.length === 0 ? 'right about all' : 'not right about'}`);
  for (const { behaviour, claim } of wrong) {
    console.log(
      `  ${behaviour.name}: ${claim}, but the truth is: ${behaviour.truth} (${behaviour.reference})`,
    );
  }
}
