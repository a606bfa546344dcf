import { covering } from '../../mail-domain/sender.ts';
import type { Credential } from '../../providers/secret.ts';
import type { SesProvider } from '../../providers/ses.ts';
import { type Check, decide, type Gathered, notApplicable, type Outcome, unknown } from '../check.ts';
import { type CredentialFacts, onCredential } from './credential.ts';

/** Where dedicated addresses are that nobody put elsewhere; mail that names no pool leaves from there. */
export const DEFAULT_POOL = 'ses-default-dedicated-pool';

export interface SendQuota {
  /** Messages in 24 hours; -1 is unlimited. */
  readonly max24Hours: number;
  readonly sent24Hours: number;
}

/** An identity that a sender may send as, with its name. */
export type NamedIdentity = IdentityFacts & { readonly name: string };

/** Amazon SES's own words for the states of verification: Success, Pending, Failed, TemporaryFailure, NotStarted. */
export interface IdentityFacts {
  readonly verification: string;
  readonly dkimEnabled: boolean;
  readonly dkimVerification: string;
  /** Selectors of the keys that Amazon SES made for it; none when the key is the owner's. */
  readonly dkimTokens: readonly string[];
  /** Null: messages carry Amazon SES's own MAIL FROM domain. */
  readonly mailFrom: MailFrom | null;
}

export interface MailFrom {
  readonly domain: string;
  readonly status: string;
  /** UseDefaultValue or RejectMessage. */
  readonly onMxFailure: string;
}

/** What GetAccount of version 2 says besides version 1. */
export interface SendingState {
  /** Out of the sandbox. */
  readonly production: boolean;
  /** HEALTHY, PROBATION or SHUTDOWN. */
  readonly enforcement: string;
  /** Of BOUNCE and COMPLAINT, those after which the account sends to an address no more. */
  readonly suppressed: readonly string[];
}

export interface ConfigurationSet {
  readonly name: string;
  /** REQUIRE or OPTIONAL. */
  readonly tls: string;
  readonly pool: string | null;
  readonly reputationMetrics: boolean;
  /** Null: as the account has it. */
  readonly suppressed: readonly string[] | null;
  readonly archiveArn: string | null;
  /** The types of events that an enabled destination gets: BOUNCE, COMPLAINT, ... */
  readonly events: readonly string[];
}

/** Between 0 and 1 as CloudWatch has it; null: no datum in a day. */
export interface Reputation {
  readonly bounceRate: number | null;
  readonly complaintRate: number | null;
  /** Of the two metrics, those that an alarm with an action watches. */
  readonly watched: readonly string[];
}

/** By the name of the pool that they are in. */
export type DedicatedIps = Readonly<Record<string, IpPool>>;

export interface IpPool {
  /** Amazon SES fills and warms it by itself. */
  readonly managed: boolean;
  readonly warm: number;
  readonly warming: number;
}

/** An archive of Mail Manager. */
export interface Archive {
  readonly arn: string;
  readonly state: string;
  readonly ownKey: boolean;
  /** Such as SIX_MONTHS or PERMANENT; null: not set. */
  readonly retention: string | null;
}

/** Where Mail Manager takes mail in. */
export interface IngressPoint {
  readonly name: string;
  readonly status: string;
  /** OPEN, AUTH or MTLS. */
  readonly type: string;
  /** REQUIRED, OPTIONAL or FIPS; null: AWS does not say. */
  readonly tls: string | null;
  /** ALLOW or DENY for what no statement of its policy decides; null: it has no policy. */
  readonly defaultAction: string | null;
}

/** One region of Amazon SES, read once a run and shared by all its credentials; plain JSON. */
export interface SesFacts {
  readonly region: string;
  readonly sendingEnabled: Gathered<boolean>;
  readonly quota: Gathered<SendQuota>;
  /** By domain or address, lower case. */
  readonly identities: Gathered<Readonly<Record<string, IdentityFacts>>>;
  readonly state: Gathered<SendingState>;
  readonly configurationSets: Gathered<readonly ConfigurationSet[]>;
  readonly reputation: Gathered<Reputation>;
  readonly dedicatedIps: Gathered<DedicatedIps>;
  readonly archives: Gathered<readonly Archive[]>;
  readonly ingressPoints: Gathered<readonly IngressPoint[]>;
  /** Names of Mail Manager's add-ons that are in use. */
  readonly addOns: Gathered<readonly string[]>;
}

/** What only version 2 says of one identity; asked for by the examination of a credential that sends as it. */
export interface SendingIdentity {
  readonly name: string;
  /** The configuration set of messages that name none. */
  readonly configurationSet: string | null;
  /** RSA_1024_BIT or RSA_2048_BIT; null: the key is not Amazon SES's. */
  readonly keyLength: string | null;
  /** When its key was made (ms since 1970); null: the key is not Amazon SES's, or it does not say. */
  readonly keyMadeAt: number | null;
  /** Why its verification failed, such as HOST_NOT_FOUND; null: it did not, or SES does not say. */
  readonly verificationError: string | null;
}

export function onSes(
  rule: (ses: SesProvider, credential: Credential, facts: CredentialFacts) => Outcome,
): Check['rule'] {
  return onCredential((credential, facts) =>
    credential.provider?.type === 'ses'
      ? rule(credential.provider, credential, facts)
      : notApplicable('Not a credential of Amazon SES.'),
  );
}

export function onAccount(rule: (ses: SesFacts) => Outcome): Check['rule'] {
  return onSes((provider, _credential, { account: { ses } }) => inRegion(provider, ses, () => rule(ses)));
}

/** For rules on the identities that cover the sender, the most specific one first. */
export function onSender(
  rule: (found: readonly NamedIdentity[], facts: CredentialFacts) => Outcome,
): Check['rule'] {
  return onSes((provider, { from }, facts) => {
    const { ses } = facts.account;
    return inRegion(provider, ses, () => {
      if (!from) return unknown('not-configured', 'The secret names no sender in `from`.');
      return decide(ses.identities, (identities) => rule(covering(from, identities), facts));
    });
  });
}

/** For rules on the configuration sets, and on the one that messages of this sender get which name none. */
export function onConfigurationSets(
  rule: (
    own: ConfigurationSet | undefined,
    all: readonly ConfigurationSet[],
    facts: CredentialFacts,
  ) => Outcome,
): Check['rule'] {
  return onSender((found, facts) => {
    if (found.length === 0)
      return unknown('not-reached', 'No identity covers the sender; see `ses.identity`.');
    return decide(facts.aws.identity, (identity) =>
      decide(facts.account.ses.configurationSets, (all) =>
        rule(
          all.find(({ name }) => name === identity?.configurationSet),
          all,
          facts,
        ),
      ),
    );
  });
}

function inRegion({ region }: SesProvider, ses: SesFacts, rule: () => Outcome): Outcome {
  if (region === ses.region) return rule();
  return unknown('other-region', `The credential is for ${region}, the audit read ${ses.region}.`);
}
