import type { RecordData, Security } from '../net/dns/dns.ts';
import type { Gathered } from '../net/gathered.ts';
import type { DaneHost } from './dane/dane-facts.ts';
import type { DkimSelector } from './dkim/dkim-facts.ts';
import type { DmarcFacts } from './dmarc/dmarc-facts.ts';
import type { PolicyAnswer } from './mta-sts/policy-file.ts';
import type { RouteFacts } from './route-facts.ts';
import type { SpfFacts } from './spf/spf-facts.ts';

/** What a domain says of its mail in the DNS; the same for all credentials that send as it. */
export interface PublishedFacts {
  readonly domain: string;
  /** Whether it has an address record: without MX records mail goes there (RFC 5321 section 5.1). */
  readonly hasAddress: Gathered<boolean>;
  readonly mx: Gathered<readonly RecordData['MX'][]>;
  readonly dnssec: Gathered<Security>;
  readonly spf: SpfFacts;
  readonly dkim: readonly DkimSelector[];
  readonly dmarc: Gathered<DmarcFacts>;
  readonly mtaSts: {
    readonly records: Gathered<readonly string[]>;
    /** Null: there is no record that tells senders to ask. */
    readonly policy: PolicyAnswer | null;
  };
  readonly tlsRpt: Gathered<readonly string[]>;
  readonly bimi: Gathered<readonly string[]>;
  readonly dane: readonly DaneHost[];
}

/** The domain that a credential sends as, and the way its mail takes. */
export interface DomainFacts extends PublishedFacts {
  readonly route: RouteFacts;
  /** Of MAIL FROM where it is another domain (a custom one of Amazon SES); null: it is the sender's. */
  readonly envelope: SpfFacts | null;
}
