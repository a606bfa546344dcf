import type { Gathered } from '../gathered.ts';

export interface SendQuota {
  /** Messages in 24 hours; -1 is unlimited. */
  readonly max24Hours: number;
  readonly sent24Hours: number;
  /** Messages a second. */
  readonly maxRate: number;
}

/** Amazon SES's own words for the states of verification: Success, Pending, Failed, TemporaryFailure, NotStarted. */
export interface IdentityFacts {
  readonly verification: string;
  readonly dkimEnabled: boolean;
  readonly dkimVerification: string;
}

/** One region of Amazon SES, read once a run and shared by all its credentials; plain JSON. */
export interface SesFacts {
  readonly region: string;
  readonly sendingEnabled: Gathered<boolean>;
  readonly quota: Gathered<SendQuota>;
  /** By domain or address, lower case. */
  readonly identities: Gathered<Readonly<Record<string, IdentityFacts>>>;
}
