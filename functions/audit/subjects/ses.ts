import { covering } from '../../mail-domain/sender.ts';
import type { Credential } from '../../providers/secret.ts';
import type { SesProvider } from '../../providers/ses.ts';
import type { Check } from '../check.ts';
import type { ConfigurationSet, NamedIdentity, SesFacts } from '../facts/ses.ts';
import { decide } from '../gathered.ts';
import { notApplicable, type Outcome, unknown } from '../outcome.ts';
import { type CredentialFacts, onCredential } from './credential.ts';

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
