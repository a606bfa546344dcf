import { createRequire } from 'node:module';

// A process of its own, in plain JavaScript, so that its memory is that of the function and nothing else. Needs --expose-gc.
const { handler } = createRequire(import.meta.url)(process.argv[2]);
const TIMEOUT_MS = 15 * 60_000;
/** Often enough to see what is held while a function runs, seldom enough not to slow it down. */
const EVERY_MS = 250;

let liveBytes = 0;
let collectingMs = 0;

/** What is still referred to when all garbage is gone: the peak of the process itself is up to the collector's leisure. */
function measureLive() {
  const before = cpuMs();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  liveBytes = Math.max(liveBytes, heapUsed + external);
  collectingMs += cpuMs() - before;
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function invoke(event) {
  const started = performance.now();
  const before = cpuMs() - collectingMs;
  const context = {
    awsRequestId: 'bench',
    getRemainingTimeInMillis: () => TIMEOUT_MS - (performance.now() - started),
  };
  const result = await handler(event, context);
  return { result, wallMs: performance.now() - started, cpuMs: cpuMs() - collectingMs - before };
}

setInterval(measureLive, EVERY_MS).unref();

process.on('message', (event) => {
  if (event === 'end') {
    measureLive();
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    const answer = { peakMiB, liveMiB: liveBytes / 1024 / 1024 };
    // Connections that are kept alive would keep the process, too.
    process.send(answer, () => process.exit());
    return;
  }
  invoke(event).then(
    (answer) => process.send(answer),
    (error) => process.send({ error: error.stack }),
  );
});
