import { awsPage } from '../../smtp/reference.ts';
import { type Check, decide, fail, info, notApplicable, type Outcome, pass, warn } from '../check.ts';
import {
  type Archive,
  type ConfigurationSet,
  DEFAULT_POOL,
  type DedicatedIps,
  type IngressPoint,
  type IpPool,
  onAccount,
  onConfigurationSets,
  type Reputation,
  type SendingState,
  type SesFacts,
} from '../subjects/ses.ts';

/** Where AWS begins to look at an account, and where it may pause it (SES developer guide, "Reputation metrics"). */
const BOUNCE_RATE = { review: 0.05, pause: 0.1 };
const COMPLAINT_RATE = { review: 0.001, pause: 0.005 };
const WATCHED_METRICS = 2;
const FEEDBACK = ['BOUNCE', 'COMPLAINT'] as const;
const NO_POOL: IpPool = { managed: false, warm: 0, warming: 0 };
const NO_SET = 'Messages of this sender get no configuration set';

/** How Amazon SES sends for this sender, and what it does with what comes back and what comes in. */
export const sesSendingChecks: readonly Check[] = [
  {
    id: 'ses.tls-required',
    practices: [5],
    title: 'TLS to the recipient',
    severity: 'medium',
    needs: ['ses'],
    why: 'Where TLS is optional, an attacker between Amazon SES and the recipient only has to strip STARTTLS to read the mail.',
    remediation:
      'Set TlsPolicy REQUIRE in each configuration set, and make one of them the default of the identity.',
    reference: awsPage('Amazon SES and security protocols', 'ses/latest/dg/security-protocols.html'),
    rule: onConfigurationSets(tlsOutcome),
  },
  {
    id: 'ses.reputation',
    practices: [7],
    title: 'Bounces and complaints',
    severity: 'high',
    needs: ['ses'],
    why: 'AWS pauses accounts whose mail bounces or draws complaints; whoever does not watch the rates finds out when mail stops.',
    remediation:
      'Clean the recipient lists, set alarms with an action on Reputation.BounceRate and Reputation.ComplaintRate, and enable reputation metrics in each configuration set.',
    reference: awsPage('Monitoring sender reputation', 'ses/latest/dg/monitor-sender-reputation.html'),
    rule: onAccount(({ reputation, configurationSets }) =>
      decide(reputation, (rates) =>
        decide(configurationSets, (sets) => rateOutcome(rates) ?? watchOutcome(rates, sets)),
      ),
    ),
  },
  {
    id: 'ses.suppression',
    practices: [7],
    title: 'Suppression list',
    severity: 'medium',
    needs: ['ses'],
    why: 'Mail to addresses that have bounced or complained before is what makes AWS pause an account.',
    remediation:
      'Have the account, and each configuration set with a suppression list of its own, suppress after BOUNCE and COMPLAINT.',
    reference: awsPage(
      'Using the account-level suppression list',
      'ses/latest/dg/sending-email-suppression-list.html',
    ),
    rule: onConfigurationSets((own, _all, { account }) =>
      decide(account.ses.state, (state) => suppressionOutcome(own, state)),
    ),
  },
  {
    id: 'ses.events',
    practices: [7],
    title: 'Event publishing',
    severity: 'medium',
    needs: ['ses'],
    why: 'Without an event destination nobody sees which mail bounced, and who complained.',
    remediation:
      'Give the default configuration set of the identity an enabled event destination for at least BOUNCE and COMPLAINT.',
    reference: awsPage(
      'Monitor email sending using event publishing',
      'ses/latest/dg/monitor-using-event-publishing.html',
    ),
    rule: onConfigurationSets((own) => {
      if (!own) return warn(`${NO_SET}, and so no event destination.`);
      const lost = FEEDBACK.filter((type) => !own.events.includes(type));
      return lost.length > 0
        ? warn(`No enabled destination of ${own.name} receives ${lost.join(' and ')}.`)
        : pass(`An enabled destination of ${own.name} receives bounces and complaints.`);
    }),
  },
  {
    id: 'ses.dedicated-ip',
    practices: [8],
    title: 'Dedicated IP addresses',
    severity: 'low',
    needs: ['ses'],
    why: 'On shared addresses the mail of other customers is part of your reputation; a dedicated address that is not warmed up yet has none.',
    remediation:
      'From about 100,000 messages a day, create a managed dedicated IP pool and name it in the configuration set; below that, stay with shared addresses.',
    reference: awsPage('Dedicated IP addresses for Amazon SES', 'ses/latest/dg/dedicated-ip.html'),
    rule: onConfigurationSets((own, _all, { account }) =>
      decide(account.ses.dedicatedIps, (pools) => ipOutcome(pools, own?.pool ?? DEFAULT_POOL)),
    ),
  },
  {
    id: 'ses.archive',
    practices: [18],
    title: 'Archive of sent mail',
    severity: 'medium',
    needs: ['ses'],
    why: 'An archive holds everything that your mail said: its key decides who may read it, its retention for how long.',
    remediation: 'Create a new archive with a customer-managed KMS key, and set how long it keeps messages.',
    reference: awsPage('Email archiving', 'ses/latest/dg/eb-archiving.html'),
    rule: onConfigurationSets((_own, all, { account }) => {
      const used = new Set(all.flatMap(({ archiveArn }) => archiveArn ?? []));
      if (used.size === 0) return notApplicable('No configuration set archives its messages.');
      return decide(account.ses.archives, (archives) =>
        archiveOutcome(
          archives.filter(({ arn }) => used.has(arn)),
          used.size,
        ),
      );
    }),
  },
  {
    id: 'ses.gateway',
    practices: [12],
    title: 'Mail Manager gateway',
    severity: 'medium',
    needs: ['ses'],
    why: 'A gateway that accepts mail without TLS, or accepts whatever no rule covers, lets in what it was meant to keep out.',
    remediation:
      'Require TLS at the ingress endpoint, have its traffic policy deny by default, and authenticate the senders that are known.',
    reference: awsPage('Ingress endpoints', 'ses/latest/dg/eb-ingress.html'),
    rule: onAccount(({ ingressPoints, addOns }) =>
      decide(ingressPoints, (points) => gatewayOutcome(points, addOns)),
    ),
  },
];

function tlsOutcome(own: ConfigurationSet | undefined, all: readonly ConfigurationSet[]): Outcome {
  if (!own) return fail(`${NO_SET}, so TLS to the recipient is optional.`);
  const optional = all.filter(({ tls }) => tls !== 'REQUIRE').map(({ name }) => name);
  return optional.length > 0
    ? fail(`TlsPolicy is not REQUIRE in ${optional.join(', ')}.`)
    : pass(`TlsPolicy is REQUIRE in ${own.name}, as in all configuration sets.`);
}

function rateOutcome({ bounceRate, complaintRate }: Reputation): Outcome | null {
  const bounces = bounceRate ?? 0;
  const complaints = complaintRate ?? 0;
  const evidence = `Bounce rate ${percent(bounces)}, complaint rate ${percent(complaints)}.`;
  if (bounces >= BOUNCE_RATE.pause || complaints >= COMPLAINT_RATE.pause) return fail(evidence);
  return bounces >= BOUNCE_RATE.review || complaints >= COMPLAINT_RATE.review ? warn(evidence) : null;
}

function watchOutcome(
  { watched, bounceRate, complaintRate }: Reputation,
  sets: readonly ConfigurationSet[],
): Outcome {
  if (watched.length < WATCHED_METRICS)
    return warn('The bounce rate and the complaint rate are not both watched by an alarm with an action.');
  const blind = sets.filter(({ reputationMetrics }) => !reputationMetrics).map(({ name }) => name);
  if (blind.length > 0) return warn(`Reputation metrics are off in ${blind.join(', ')}.`);
  if (bounceRate === null && complaintRate === null)
    return pass('No rates for the last day; alarms watch both.');
  return pass(
    `Bounce rate ${percent(bounceRate ?? 0)}, complaint rate ${percent(complaintRate ?? 0)}; alarms watch both.`,
  );
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(2)} %`;
}

function suppressionOutcome(own: ConfigurationSet | undefined, { suppressed }: SendingState): Outcome {
  const reasons = own?.suppressed ?? suppressed;
  const place = own?.suppressed ? own.name : 'The account';
  const lost = FEEDBACK.filter((reason) => !reasons.includes(reason));
  return lost.length > 0
    ? warn(`${place} keeps sending to addresses after ${lost.join(' and ')}.`)
    : pass(`${place} suppresses addresses after BOUNCE and COMPLAINT.`);
}

function ipOutcome(pools: DedicatedIps, name: string): Outcome {
  const { managed, warm, warming } = (Object.hasOwn(pools, name) && pools[name]) || NO_POOL;
  if (managed) return pass(`Amazon SES manages the pool ${name} of this sender.`);
  if (warming > 0)
    return warn(`${warming} of ${warm + warming} dedicated IP addresses in ${name} are still warming up.`);
  return warm > 0
    ? pass(`${warm} dedicated IP addresses in ${name}, all of them warm.`)
    : info('The mail of this sender leaves from addresses shared with other customers.');
}

function archiveOutcome(archives: readonly Archive[], used: number): Outcome {
  if (archives.length < used) return fail('A configuration set names an archive that does not exist.');
  if (archives.some(({ state }) => state !== 'ACTIVE'))
    return fail('An archive in use is about to be deleted.');
  if (archives.some(({ ownKey }) => !ownKey)) return warn('An archive is encrypted with an AWS owned key.');
  if (archives.some(({ retention }) => retention === null)) return warn('An archive has no retention set.');
  const retentions = [...new Set(archives.map(({ retention }) => retention))];
  return pass(`Encrypted with customer-managed keys; kept for ${retentions.join(', ')}.`);
}

function gatewayOutcome(points: readonly IngressPoint[], addOns: SesFacts['addOns']): Outcome {
  const open = points.filter(({ status }) => status === 'ACTIVE');
  if (open.length === 0) return notApplicable('Mail Manager receives no mail in this region.');
  const plain = open.filter(({ tls }) => tls === 'OPTIONAL');
  if (plain.length > 0) return warn(`TLS is optional at ${namesOf(plain)}.`);
  const loose = open.filter(({ type, defaultAction }) => type === 'OPEN' && defaultAction !== 'DENY');
  if (loose.length > 0)
    return warn(`${namesOf(loose)} accepts mail from everybody unless a rule refuses it.`);
  const evidence = `Mail Manager accepts mail over TLS and by rule at ${namesOf(open)}`;
  return decide(addOns, (names) =>
    pass(`${evidence}, ${names.length > 0 ? `with the add-ons ${names.join(', ')}` : 'without add-ons'}.`),
  );
}

function namesOf(points: readonly IngressPoint[]): string {
  return points.map(({ name }) => name).join(', ');
}
