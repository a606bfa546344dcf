import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { logFacts } from '../../../../functions/audit/facts/monitoring.ts';
import { parseDkimKey } from '../../../../functions/mail-domain/dkim/dkim.ts';
import { parseDmarcRecord } from '../../../../functions/mail-domain/dmarc/dmarc.ts';
import { parseMtaStsPolicy } from '../../../../functions/mail-domain/mta-sts/mta-sts.ts';
import { spfTerms } from '../../../../functions/mail-domain/spf/record.ts';

/** The most that a TXT record, and that a policy file may have. */
const SIZE = 64 * 1024;
const fill = (piece: string) => piece.repeat(SIZE / piece.length);

/** A pattern with two ways to read a run takes several seconds, a sound one a few milliseconds. */
const SLOW_MS = 2000;

/** What patterns trip over: long runs of what two neighbouring parts of one both take, and an end that neither does. */
const RUNS = [
  ' ',
  '\t',
  '=',
  ':',
  ';',
  '@',
  '.',
  '!',
  '/',
  '%{',
  'a',
  '1',
  'a.',
  'a@',
  '!1',
  '=@',
  '(',
  '*.',
];
const BEGINNINGS = [
  '',
  'a:',
  'a:x',
  'mx: *.',
  'v=spf1 a:',
  'v=DKIM1; p=',
  'v=DMARC1;rua=mailto:',
  'v=DMARC1;fo=',
];
const ENDS = ['', 'x', '\rx', 'x\rx', '\u2028', '\0'];
const HOSTILE = BEGINNINGS.flatMap((begin) =>
  RUNS.flatMap((run) => ENDS.map((end) => begin + fill(run) + end)),
);

describe('a text of 64 KiB that somebody else has written', () => {
  it.each<[string, (text: string) => unknown]>([
    ['MTA-STS policy', parseMtaStsPolicy],
    ['DKIM key', parseDkimKey],
    ['DMARC record', parseDmarcRecord],
    ['SPF record', spfTerms],
  ])(
    'as a %s is read in linear time',
    (_kind, read) => {
      const slow = HOSTILE.filter((text) => {
        const began = performance.now();
        read(text);
        return performance.now() - began > SLOW_MS;
      });
      expect(slow.map((text) => JSON.stringify(text.slice(0, 20) + text.slice(-5)))).toEqual([]);
    },
    60_000,
  );

  it('as a line of our own log is searched for addresses in linear time', async () => {
    const logs = {
      send: async (command: unknown) =>
        command instanceof DescribeLogGroupsCommand
          ? { logGroups: [{ logGroupName: 'Keyturn-x' }] }
          : { events: [{ message: `${'a'.repeat(4 * SIZE)} @` }, { message: `a@${fill('a.')}1` }] },
    };
    const began = performance.now();
    const { addresses } = await logFacts(
      Object.assign(new CloudWatchLogsClient(), logs),
      'Keyturn',
      Date.now(),
    );
    expect(performance.now() - began).toBeLessThan(SLOW_MS);
    expect(addresses).toEqual({});
  });
});

describe('a field of an MTA-STS policy', () => {
  it('may have white space around its value and before its colon', () => {
    const policy = parseMtaStsPolicy('version: STSv1\nmode :\t enforce  \nmx:*.example.com\nmax_age: 86400');
    expect(policy).toEqual({ mode: 'enforce', mx: ['*.example.com'], maxAge: 86_400, errors: [] });
  });
});
