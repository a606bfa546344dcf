/** Runs the script of its argument as an owned command, and shows what that says. For children.test.ts. */
import { Children } from '../../sandbox/processes.ts';

const [, , script = ''] = process.argv;
new Children().start(process.execPath, ['-e', script], { env: {}, onLine: (line) => console.log(line) });
