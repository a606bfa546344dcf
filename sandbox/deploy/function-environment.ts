import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';

/** Sets environment variables of a deployed function and keeps its others. */
export async function setEnvironment(
  client: LambdaClient,
  functionName: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const FunctionName = functionName;
  const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, ...variables };
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
}
