import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { events } from '../../../../functions/aws.ts';
import { announcePromotion } from '../../../../functions/lifecycle/rotate/report.ts';
import { logger } from '../../../../functions/observe/logger.ts';
import { type EventBusServer, startEventBusServer } from '../../../support/aws/event-bus-server.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf';

let bus: EventBusServer;

beforeAll(async () => {
  bus = await startEventBusServer();
});

afterAll(() => bus.close());

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', bus.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  bus.entries.length = 0;
  bus.fault = 'none';
  vi.spyOn(logger, 'warn').mockReturnValue();
});

it('a promotion is told on the bus with the ARN of the secret, and nothing else', async () => {
  await announcePromotion(events(), ARN);
  expect(bus.entries).toEqual([
    {
      Source: 'keyturn',
      DetailType: 'Credential Promoted',
      Resources: [ARN],
      Detail: JSON.stringify({ secretArn: ARN }),
    },
  ]);
  expect(logger.warn).not.toHaveBeenCalled();
});

it.each(['refused', 'entry'] as const)(
  'a bus that does not take it (%s) is a line in the log, never a failed rotation',
  async (fault) => {
    bus.fault = fault;
    await announcePromotion(events(), ARN);
    expect(bus.entries).toEqual([]);
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(
      'credential.promotion-untold',
      expect.objectContaining({
        event: 'credential.promotion-untold',
        secretArn: ARN,
        detail: expect.stringMatching(/^AccessDeniedException|InternalFailure$/),
      }),
    );
  },
);

it('a bus that cannot be reached is a line in the log too', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', 'http://127.0.0.1:9');
  await announcePromotion(events(), ARN);
  expect(logger.warn).toHaveBeenCalledOnce();
});
