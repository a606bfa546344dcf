/** What hands can do to a credential under Keyturn's care, as the check `secret.hands` words it, by the actions for it. */
export const POWERS = {
  'write its value': [
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecret',
    'secretsmanager:UpdateSecretVersionStage',
    // Also puts another function in the place of Keyturn's.
    'secretsmanager:RotateSecret',
  ],
  'change its tags or its policy': [
    'secretsmanager:TagResource',
    'secretsmanager:UntagResource',
    'secretsmanager:PutResourcePolicy',
  ],
  'change the tags of its IAM user': ['iam:TagUser', 'iam:UntagUser'],
  "invoke or change Keyturn's functions": [
    'lambda:InvokeFunction',
    'lambda:UpdateFunctionCode',
    'lambda:UpdateFunctionConfiguration',
  ],
  "write to Keyturn's table": [
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:BatchWriteItem',
  ],
} as const;

export type Power = keyof typeof POWERS;

/** All that any power needs. */
export const ACTIONS: readonly string[] = Object.values(POWERS).flat();
