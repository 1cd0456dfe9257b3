import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';

/** Where alarms go: a topic, and from it the mail address that `environments.toml` names. */
export class Notices extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { environment }: Deployment) {
    super(scope, id);
    const { account } = Stack.of(this);
    const name = physicalName(environment, 'alarms');
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    });
    // A key of our own, since CloudWatch may not use the one that AWS makes for SNS.
    const key = new Key(this, 'Key', {
      description: `Encrypts ${name}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // In a key's own policy, this is that key.
        resources: ['*'],
      }),
    );
    this.topic = new Topic(this, 'Topic', {
      topicName: name,
      displayName: `Towpath ${environment.name}`,
      masterKey: key,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
    if (environment.alarmsTo !== undefined) {
      this.topic.addSubscription(new EmailSubscription(environment.alarmsTo));
    }
  }
}
