/** What Secrets Manager allows as a name, and its ARN of a secret: the name, a hyphen and six random characters. */
export const SECRET_NAME = /^[A-Za-z0-9/_+=.@!-]{1,512}$/;
export const SECRET_ARN =
  /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,512}-[A-Za-z0-9]{6}$/;

/** The name in a secret's full ARN. */
export function secretNameOf(secretArn: string): string {
  return secretArn.split(':').slice(6).join(':').slice(0, -7);
}
