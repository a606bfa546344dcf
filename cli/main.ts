// A crash proves nothing, but Node's own exit code for it would say that the credential is bad.
process.once('uncaughtException', ({ message }) => {
  process.stderr.write(`keyturn: ${message}\n`);
  process.exit(2);
});
// Only now, so that a broken installation is caught too.
const { run } = await import('./command.ts');
process.exitCode = await run(process.argv.slice(2), process);
