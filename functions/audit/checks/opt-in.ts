import { awsPage, rfc } from '../../smtp/reference.ts';
import { type Check, decide, fail, notApplicable, type Outcome, pass, unknown } from '../check.ts';
import { canaryRecipient, type OptInCheck, type OptIns, optInFor } from '../settings.ts';
import { onCredential, onEndpoint, reasonOf, replyOutcome } from '../subjects/credential.ts';

/** Only on hosts whose owner asked for it (`auditOptIn`). */
export const optInChecks: readonly Check[] = [
  {
    id: 'cred.negative-control',
    practices: [17],
    title: 'Login that must fail',
    severity: 'critical',
    needs: ['login'],
    why: 'A server that accepts any password makes every other result of this audit worthless, and lets anybody send mail as you.',
    remediation:
      'Fix how the server checks passwords; its log shows what it answered to the user `keyturn-negative-control`.',
    reference: rfc(4954, '4'),
    rule: onEndpoint(({ host }, { optIn, settings }) =>
      whenAgreed(settings.optIns, host, 'negative-control', () => {
        if (!optIn.negativeControl) return NOT_REACHED;
        return decide(optIn.negativeControl, ({ result: { credential, verdict } }) => {
          if (credential === 'good') return fail('A user and password made up on the spot were accepted.');
          if (credential === 'bad') return pass('A user and password made up on the spot were refused.');
          return unknown(reasonOf(verdict), `A made-up login got no clear answer: ${verdict}.`);
        });
      }),
    ),
  },
  {
    id: 'cred.canary-send',
    practices: [7, 17],
    title: 'Test message',
    severity: 'high',
    needs: ['login'],
    why: 'Only a whole message shows that a credential may send: Amazon SES says "access denied" and "not verified" after DATA, long after the login.',
    remediation:
      'Allow `ses:SendRawEmail` for the identity of the sender and verify that identity; elsewhere follow what the reply says.',
    reference: awsPage('Amazon SES mailbox simulator', 'ses/latest/dg/send-an-email-from-console.html'),
    rule: onCredential(({ endpoint, from }, { settings, rehearsal }) =>
      whenAgreed(settings.optIns, endpoint.host, 'canary-send', (recipient) => {
        if (!from) return notApplicable('The secret names no sender.');
        if (!canaryRecipient(endpoint.host, recipient)) return NO_RECIPIENT;
        if (!rehearsal.canary) return NOT_REACHED;
        return replyOutcome(rehearsal.canary, 'The message');
      }),
    ),
  },
  {
    id: 'smtp.open-relay',
    practices: [14, 17],
    title: 'Open relay',
    severity: 'critical',
    needs: ['server'],
    why: "An open relay sends other people's spam within hours, and its address is on every block list soon after.",
    remediation:
      'Relay only for clients that have logged in. Postfix: `smtpd_relay_restrictions = permit_sasl_authenticated, reject`; Exim: `accept authenticated = *` and nothing wider.',
    reference: rfc(5321, '7.9'),
    rule: onEndpoint(({ host }, { optIn, settings }) =>
      whenAgreed(settings.optIns, host, 'open-relay', () => {
        if (optIn.openRelay === 'no-recipient') return NO_RECIPIENT;
        if (!optIn.openRelay) return NOT_REACHED;
        return decide(optIn.openRelay, (relay) => {
          if (relay.result === 'unknown')
            return unknown(relay.reason, 'RCPT without a login was not answered.');
          const { command, code } = relay;
          const evidence = `Without a login ${command} is answered with ${code}.`;
          if (command === 'RCPT' && code >= 200 && code < 300) return fail(evidence);
          return code >= 500 ? pass(evidence) : unknown('temporary', evidence);
        });
      }),
    ),
  },
  {
    id: 'smtp.bare-lf',
    practices: [16, 17],
    title: 'SMTP smuggling by a bare line feed',
    severity: 'high',
    needs: ['login'],
    why: 'If this server and the next disagree on where a message ends, a sender can smuggle in a second one, which then passes as mail from anybody (CVE-2023-51764 and similar).',
    remediation:
      'Update the server and have it reject or normalise bare line feeds. Postfix: `smtpd_forbid_bare_newline = normalize`; Exim 4.97.1 and later do so by themselves.',
    reference: rfc(5321, '2.3.8'),
    rule: onCredential(({ endpoint, from }, { settings, rehearsal }) =>
      whenAgreed(settings.optIns, endpoint.host, 'bare-lf', (recipient) => {
        if (!from) return notApplicable('The secret names no sender.');
        if (!recipient) return NO_RECIPIENT;
        const { bareLf } = rehearsal;
        if (bareLf === null) return NOT_REACHED;
        if (bareLf === 'none') return pass('The server kept waiting for the end of the message.');
        return bareLf.code < 400
          ? fail(`The server took a bare line feed for the end of a message: ${bareLf.code}.`)
          : pass(`The server refused a message with a bare line feed: ${bareLf.code}.`);
      }),
    ),
  },
];

const NOT_REACHED = unknown('not-reached', 'An earlier step failed; see `cred.login` and `cred.mail-from`.');
const NO_RECIPIENT = notApplicable('On, but `auditOptIn` names no recipient at another host.');

function whenAgreed(
  optIns: OptIns,
  host: string,
  check: OptInCheck,
  rule: (recipient: string | undefined) => Outcome,
): Outcome {
  const agreed = optInFor(optIns, host, check);
  return agreed
    ? rule(agreed.recipient)
    : notApplicable(`Off; if the host is yours, switch it on with "${check}" in \`auditOptIn\`.`);
}
