import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Clients } from '../cloud.ts';
import { ROTATION_STEPS } from '../gateway/rotation.ts';

/** One outcome that a function logged: the parsed line and the line as it stands in CloudWatch Logs. */
export interface LogLine {
  readonly timestamp: number;
  readonly raw: string;
  readonly fields: Readonly<Record<string, unknown>> & { readonly event: string };
}

/** Every outcome (a JSON object with `event`) that these functions logged, oldest first. */
export async function readOutcomes(
  { lambda, logs }: Clients,
  functionNames: readonly string[],
): Promise<LogLine[]> {
  const groups = await Promise.all(
    functionNames.map(async (FunctionName) => {
      const { LoggingConfig } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      return LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
    }),
  );
  const lines = await Promise.all(groups.map((group) => readGroup(logs, group)));
  return lines.flat().toSorted((a, b) => a.timestamp - b.timestamp);
}

async function readGroup(client: CloudWatchLogsClient, logGroupName: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
    for (const { message = '', timestamp = 0 } of events) {
      const fields = parse(message);
      if (fields) lines.push({ timestamp, raw: message.trim(), fields });
    }
  }
  return lines;
}

function parse(message: string): LogLine['fields'] | undefined {
  try {
    const value: unknown = JSON.parse(message);
    const isOutcome = typeof value === 'object' && value !== null && 'event' in value;
    return isOutcome ? (value as LogLine['fields']) : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects unless the log has the four steps of this version's rotation in their order. */
export function expectStepsInLog(log: readonly LogLine[], versionId: string): void {
  const steps = log
    .filter(({ fields }) => fields.event === 'credential.rotation-step' && fields.versionId === versionId)
    .map(({ fields }) => fields.step);
  if (steps.join() !== ROTATION_STEPS.join()) {
    throw new Error(`expected ${ROTATION_STEPS.join(', ')} in CloudWatch Logs, got ${steps.join(', ')}`);
  }
}
