import { vi } from 'vitest';

/** What Lambda puts into a function's environment, and where AWS is for it; `vi.unstubAllEnvs()` takes it back. */
export function stubAwsEnvironment(endpoint: string, others: Readonly<Record<string, string>> = {}): void {
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: endpoint,
    ...others,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}
