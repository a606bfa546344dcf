import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import nodemailer from 'nodemailer';

const client = new SecretsManagerClient();

/** What one would write without Keyturn, as the two packages' own documentation shows it. */
export const handler = async ({ secretId }: { readonly secretId: string }): Promise<boolean> => {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  const { host, port, username, password } = JSON.parse(SecretString);
  const auth = { user: username, pass: password };
  return nodemailer.createTransport({ host, port, secure: port === 465, auth }).verify();
};
