import { CreateVirtualMFADeviceCommand, EnableMFADeviceCommand, type IAMClient } from '@aws-sdk/client-iam';
import { signed } from '../../cli/api.ts';
import type { Account } from '../../sandbox/cloud.ts';

/** An AWS access key, and of a session its token. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Resolves to the serial number of the user's new device. */
export async function giveMfaDevice(iam: IAMClient, UserName: string): Promise<string> {
  const { VirtualMFADevice } = await iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }),
  );
  const SerialNumber = VirtualMFADevice?.SerialNumber ?? '';
  const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '654321' };
  await iam.send(new EnableMFADeviceCommand({ UserName, SerialNumber, ...codes }));
  return SerialNumber;
}

/** GetSessionToken with these keys, by plain HTTP: nothing else here needs a client of STS. */
export async function openSession(
  { endpoint, region }: Account,
  keys: Keys,
  mfa: { readonly SerialNumber?: string; readonly TokenCode?: string },
): Promise<Keys> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams({ Action: 'GetSessionToken', Version: '2011-06-15', ...mfa })),
  };
  const caller = { service: 'sts', region, credentials: keys };
  const answer = await fetch(endpoint, await signed(new URL(endpoint), request, caller));
  const xml = await answer.text();
  const element = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  const [accessKeyId, secretAccessKey] = [element('AccessKeyId'), element('SecretAccessKey')];
  const sessionToken = element('SessionToken');
  if (!accessKeyId || !secretAccessKey || !sessionToken) throw new Error(`no session: HTTP ${answer.status}`);
  return { accessKeyId, secretAccessKey, sessionToken };
}
