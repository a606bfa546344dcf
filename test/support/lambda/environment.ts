import { ENVIRONMENT } from '../../../functions/observe/names.ts';

export type Settings = Readonly<Record<keyof typeof ENVIRONMENT, string>>;

const ON_THIS_COMPUTER = '127.0.0.0/8,::1/128';
/** ARN of the rotation function. */
export const ROTATE = 'arn:aws:lambda:us-east-1:123456789012:function:rotate';
const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:retirement';

const SETTINGS: Settings = {
  stack: 'Keyturn',
  table: 'table',
  bucket: 'reports',
  overlapHours: '48',
  soakHours: '72',
  rotationDays: '30',
  rotateFunction: ROTATE,
  retirementMachine: MACHINE,
  watched: 'none',
  ports: 'none',
  networks: ON_THIS_COMPUTER,
  loginFailures: '4',
  loginHostFailures: '4',
  loginWindowMinutes: '15',
  reportRetentionDays: '400',
  auditOptIn: '[]',
  nameServers: 'none',
  dnsOverHttps: 'https://127.0.0.1:1/dns-query',
  dkimSelectors: 'none',
  securityHub: 'off',
  digestFrom: 'none',
};

/** What a function finds in its environment in Lambda: the settings of a deployment, and the keys of its role. */
export function functionEnvironment(changes: Partial<Settings> = {}): Record<string, string> {
  const settings = Object.entries({ ...SETTINGS, ...changes }).map(([name, value]) => [
    ENVIRONMENT[name as keyof Settings],
    value,
  ]);
  return {
    ...Object.fromEntries(settings),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAROLE',
    AWS_SECRET_ACCESS_KEY: 'role',
  };
}
