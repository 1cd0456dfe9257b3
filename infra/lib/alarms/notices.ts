import { Stack, Validations } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';

export interface NoticesProps {
  readonly deployment: Deployment;
  /** The mail address that they go to. */
  readonly to: string;
  /** The names of the alarms. */
  readonly alarms: readonly string[];
}

/**
 * Tells people by mail that an alarm rings, and that it is over. A rule does it, not the alarms' own actions: a new alarm
 * comes from "too little data" to "OK", which an action cannot tell from the end of a disturbance, so that every new
 * deployment would send a mail for each of its alarms.
 */
export class Notices extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: NoticesProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const name = physicalName(environment, 'alarms');
    this.topic = new Topic(this, 'Topic', {
      topicName: name,
      displayName: `Towpath ${environment.name}`,
      enforceSSL: true,
    });
    Validations.of(this.topic).acknowledge({
      id: 'AwsSolutions-SNS2',
      reason:
        'What passes are names and descriptions of alarms, on their way into a mail. A key for it costs a dollar a month.',
    });
    this.topic.addSubscription(new EmailSubscription(props.to));
    const rule = new Rule(this, 'Changes', {
      ruleName: name,
      description: 'An alarm of Towpath rings, or is over',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        account: [Stack.of(this).account],
        detail: {
          alarmName: [...props.alarms],
          $or: [
            { state: { value: ['ALARM'] } },
            { state: { value: ['OK'] }, previousState: { value: ['ALARM'] } },
          ],
        },
      },
      targets: [
        {
          // CDK's own target would let every rule of every account publish.
          bind: () => ({
            arn: this.topic.topicArn,
            input: RuleTargetInput.fromText(
              `${EventField.fromPath('$.detail.alarmName')}: ${EventField.fromPath('$.detail.state.value')} since ` +
                `${EventField.fromPath('$.time')}. ${EventField.fromPath('$.detail.configuration.description')}`,
            ),
          }),
        },
      ],
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }
}
