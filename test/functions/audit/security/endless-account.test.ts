import { afterEach, expect, it } from 'vitest';
import { gatherAccount } from '../../../../functions/audit/facts/gather.ts';
import { accountReaders } from '../../../../functions/aws.ts';
import { AccountServer, type Operation } from '../../../support/aws/account-server.ts';
import { InProcessSes } from '../in-process-ses.ts';

/** All that is not asked for here. */
const REFUSED: readonly Operation[] = [
  'DescribeAlarms',
  'DescribeAlarmsForMetric',
  'DescribeContinuousBackups',
  'DescribeLogGroups',
  'DescribeTimeToLive',
  'DescribeTrails',
  'GenerateCredentialReport',
  'GetAccount',
  'GetAccountAuthorizationDetails',
  'GetDedicatedIps',
  'GetMetricData',
  'ListAddonInstances',
  'ListFunctions',
  'ListIngressPoints',
  'LookupEvents',
];

let account: AccountServer;
afterEach(() => account.close());

it('an account with lists that never end does not keep the audit waiting: what was not read in time is unknown', async () => {
  const late = new AbortController();
  let pages = 0;
  const endless = <P extends object>(page: P) => {
    pages += 1;
    if (pages === 20) late.abort();
    return { ...page, NextToken: `more-${pages}`, nextToken: `more-${pages}` };
  };
  account = await AccountServer.start({
    ListConfigurationSets: () => endless({ ConfigurationSets: [] }),
    ListArchives: () => endless({ Archives: [] }),
    DescribeParameters: () => endless({ Parameters: [] }),
    DescribeStacks: () => endless({ Stacks: [] }),
    ListTaskDefinitionFamilies: () => endless({ families: [] }),
  });
  for (const operation of REFUSED) account.refused.set(operation, 'AccessDeniedException');
  const source = { region: 'us-east-1', stack: 'Keyturn', table: 'ledger', values: { addPlain: () => {} } };
  const clients = { ...accountReaders(late.signal), ses: new InProcessSes().client };
  const facts = await gatherAccount({ ...source, clients, now: Date.now() });
  const cutShort = { known: false, reason: 'timeout' };
  expect(facts).toMatchObject({
    ses: { configurationSets: cutShort, archives: cutShort },
    plainParameters: cutShort,
    stackOutputs: cutShort,
    taskVariables: cutShort,
  });
});
