import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

export interface AlertTopicProps {
  readonly encryptionKey: IKey;
  /** @default - nobody is subscribed by the stack */
  readonly email?: string | undefined;
}

/** Where every alarm goes: encrypted, TLS only, open to CloudWatch alarms of this account. */
export function alertTopic(scope: Construct, id: string, { encryptionKey, email }: AlertTopicProps): Topic {
  const topic = new Topic(scope, id, { masterKey: encryptionKey, enforceSSL: true });
  // Any topic policy replaces SNS's default one, by which CloudWatch would have been allowed.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  if (email) topic.addSubscription(new EmailSubscription(email));
  return topic;
}
