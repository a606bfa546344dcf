import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clients, type Cloud, clientsOf, openCloud } from '../../sandbox/cloud.ts';
import { ensurePythonEnvironment } from '../../sandbox/ministack/python.ts';
import { Children } from '../../sandbox/processes.ts';
import { KEEP } from '../../sandbox/sandbox.ts';

export interface TestCloud {
  readonly cloud: Cloud;
  readonly clients: Clients;
  close(): Promise<void>;
}

/** The real local AWS behind the real gateway, with nothing deployed. */
export async function openTestCloud(): Promise<TestCloud> {
  const children = new Children();
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-test-'));
  const { python } = await ensurePythonEnvironment(KEEP, children);
  const cloud = await openCloud({ children, folder, host: { python } });
  return {
    cloud,
    clients: clientsOf(cloud.account),
    close: async () => {
      await cloud.close();
      await children.stopAll();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
