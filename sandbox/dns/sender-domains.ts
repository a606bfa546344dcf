import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NameServer, openNameServer } from './name-server.ts';
import { parseZone } from './zone.ts';

/** The DNS of the sandbox: what it says of the sender domains comes from the zones here, never from the Internet. */
export async function openSenderDomains(): Promise<NameServer> {
  const zones = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.zone'));
  const texts = await Promise.all(zones.map((file) => readFile(join(import.meta.dirname, file), 'utf8')));
  return openNameServer(texts.map(parseZone));
}
