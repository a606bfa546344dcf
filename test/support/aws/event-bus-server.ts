import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listen } from '../smtp-servers.ts';

/** An entry of PutEvents, as it is on the wire. */
export interface EventEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Resources: readonly string[];
  /** JSON. */
  readonly Detail: string;
}

export interface EventBusServer {
  /** For AWS_ENDPOINT_URL_EVENTBRIDGE. */
  readonly url: string;
  /** What was put on the bus, in its order. */
  readonly entries: EventEntry[];
  /** What the next calls meet: 400 refuses the call, `entry` takes the call but not its entry. */
  fault: 'none' | 'refused' | 'entry';
  close(): Promise<void>;
}

/** The PutEvents of EventBridge's HTTP API (AWS JSON 1.1). */
export async function startEventBusServer(): Promise<EventBusServer> {
  const server = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: EventEntry[] };
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents' || bus.fault === 'refused') {
      return answer(400, { __type: 'AccessDeniedException', message: 'not authorized' });
    }
    if (bus.fault === 'entry') {
      return answer(200, { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
    }
    bus.entries.push(...Entries);
    return answer(200, { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'event' })) });
  });
  const port = await listen(server);
  const bus: EventBusServer = {
    url: `http://127.0.0.1:${port}`,
    entries: [],
    fault: 'none',
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  return bus;
}
