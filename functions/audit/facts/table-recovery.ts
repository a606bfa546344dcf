import type {
  DescribeContinuousBackupsCommandOutput,
  DescribeTimeToLiveCommandOutput,
} from '@aws-sdk/client-dynamodb';

/** `JsonApi` of DynamoDB. */
export interface TableBackups {
  call(operation: string, input: object): Promise<unknown>;
}

/** Whether the table can be put back to any second of the last days. */
export async function tableRecovery(dynamoDb: TableBackups, table: string): Promise<boolean> {
  const { ContinuousBackupsDescription } = (await dynamoDb.call('DescribeContinuousBackups', {
    TableName: table,
  })) as DescribeContinuousBackupsCommandOutput;
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
}

/** Whether DynamoDB deletes what says that its time is over. */
export async function tableExpiry(dynamoDb: TableBackups, table: string): Promise<boolean> {
  const { TimeToLiveDescription } = (await dynamoDb.call('DescribeTimeToLive', {
    TableName: table,
  })) as DescribeTimeToLiveCommandOutput;
  return TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED';
}
