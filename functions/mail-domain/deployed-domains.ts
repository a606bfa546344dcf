import { setting } from '../environment.ts';
import { DnsOverHttps } from '../net/dns/over-https.ts';
import { RunDns } from '../net/dns/run-dns.ts';
import { SystemDns } from '../net/dns/system-dns.ts';
import { Network } from '../net/network.ts';
import { SystemResolver } from '../net/resolver.ts';
import { keptAlive, sendOver } from '../net/send.ts';
import { exchangersOver } from './dane/mail-exchanger.ts';
import { Domains } from './domains.ts';
import { policyOver } from './mta-sts/policy-file.ts';

/** MTA-STS policies are served by HTTPS, and mail exchangers take mail in on port 25; addresses are guarded as ever. */
const PORTS = [443, 25];

/** A connection that waits longer (ms) for the next question is closed, so that none outlasts an invocation. */
const IDLE_MS = 4000;

const configured = setting('nameServers');
/** They find the hosts of a domain too: what the functions' network says of them may be another host. */
const nameServers = configured.length > 0 ? configured : undefined;
const network = new Network({ ports: PORTS, networks: setting('networks') }, new SystemResolver(nameServers));
const lookup = new SystemDns(nameServers);
const validator = new DnsOverHttps(setting('dnsOverHttps'), sendOver({ agents: keptAlive(IDLE_MS) }));

/** The domains of one run as the deployed function reaches them; `remainingMs` is the time left for all of them. */
export function deployedDomains(remainingMs: () => number): Domains {
  return new Domains({
    dns: new RunDns({ lookup, validator, remainingMs }),
    fetchPolicy: policyOver(network),
    askExchanger: exchangersOver(network),
    selectors: setting('dkimSelectors'),
  });
}
