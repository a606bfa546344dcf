import {
  GetAccountSendingEnabledCommand,
  type GetAccountSendingEnabledCommandOutput,
  GetIdentityDkimAttributesCommand,
  type GetIdentityDkimAttributesCommandOutput,
  GetIdentityMailFromDomainAttributesCommand,
  type GetIdentityMailFromDomainAttributesCommandOutput,
  GetIdentityVerificationAttributesCommand,
  type GetIdentityVerificationAttributesCommandOutput,
  GetSendQuotaCommand,
  type GetSendQuotaCommandOutput,
  ListIdentitiesCommand,
  type ListIdentitiesCommandOutput,
  SESClient,
} from '@aws-sdk/client-ses';

const PAGE = 70;
const $metadata = {};

/** One region of Amazon SES in this process, as far as the audit asks. */
export class InProcessSes {
  readonly client: SESClient;
  readonly identities: string[] = [];
  readonly quota = { Max24HourSend: 50_000, SentLast24Hours: 7, MaxSendRate: 14 };
  sendingEnabled = true;
  /** The names of the calls that are refused, and the name of the error. */
  readonly refused = new Map<string, string>();
  /** How many identities each call asked for. */
  readonly asked: number[] = [];

  constructor() {
    const send = async (command: unknown) => this.#dispatch(command);
    this.client = Object.assign(new SESClient({ region: 'us-east-1' }), { send });
  }

  #dispatch(command: unknown): object {
    const name = this.refused.get(String(command?.constructor.name));
    if (name) throw Object.assign(new Error('a message that may hold values'), { name });
    if (command instanceof GetSendQuotaCommand)
      return { $metadata, ...this.quota } satisfies GetSendQuotaCommandOutput;
    if (command instanceof GetAccountSendingEnabledCommand)
      return { $metadata, Enabled: this.sendingEnabled } satisfies GetAccountSendingEnabledCommandOutput;
    if (command instanceof ListIdentitiesCommand) return this.#list(Number(command.input.NextToken ?? 0));
    if (command instanceof GetIdentityVerificationAttributesCommand)
      return this.#verified(command.input.Identities);
    if (command instanceof GetIdentityMailFromDomainAttributesCommand)
      return this.#sentFrom(command.input.Identities);
    if (command instanceof GetIdentityDkimAttributesCommand) return this.#signed(command.input.Identities);
    throw new Error(`not in this SES: ${command?.constructor.name}`);
  }

  #list(start: number): ListIdentitiesCommandOutput {
    const more = start + PAGE < this.identities.length;
    const Identities = this.identities.slice(start, start + PAGE);
    return { $metadata, Identities, ...(more && { NextToken: String(start + PAGE) }) };
  }

  #verified(names: readonly string[] = []): GetIdentityVerificationAttributesCommandOutput {
    this.asked.push(names.length);
    const entries = names.map((name) => [name, { VerificationStatus: 'Success' as const }]);
    return { $metadata, VerificationAttributes: Object.fromEntries(entries) };
  }

  /** Only the first identity has a domain of its own. */
  #sentFrom([first = '']: readonly string[] = []): GetIdentityMailFromDomainAttributesCommandOutput {
    const own = {
      MailFromDomain: `bounce.${first}`,
      MailFromDomainStatus: 'Success',
      BehaviorOnMXFailure: 'RejectMessage',
    } as const;
    return { $metadata, MailFromDomainAttributes: { [first]: own } };
  }

  /** Only the first identity signs, and its keys are not in DNS yet. */
  #signed([first = '']: readonly string[] = []): GetIdentityDkimAttributesCommandOutput {
    return {
      $metadata,
      DkimAttributes: { [first]: { DkimEnabled: true, DkimVerificationStatus: 'Pending' } },
    };
  }
}
