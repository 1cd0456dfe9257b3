import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Environment, Operations } from '../environments/environment.ts';
import { busArn } from '../events/bus.ts';
import { REPORTED } from '../events/reported.ts';
import { give } from '../pipelines/rights.ts';
import { type Across, apart } from './across.ts';

/** Sends what AWS reports in the operations account on to each environment of another account that asked for it. */
export class EventForwarding extends Construct {
  /** What EventBridge could not deliver in a day, such as after a bus was taken away. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, across: Across) {
    super(scope, id);
    this.undelivered = new Queue(this, 'Undelivered', {
      queueName: 'towpath-operations-undelivered',
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of EventBridge rules, which the check does not see.',
    });
    const rules = apart(across)
      .filter(({ eventsFrom }) => eventsFrom.includes(across.operations.account))
      .map((environment) => this.rule(environment, across.operations));
    if (rules.length > 0) this.acceptFrom(rules);
  }

  private rule(environment: Environment, { account }: Operations): CfnRule {
    const bus = busArn(this, environment);
    const role = new Role(this, `${environment.name}-role`, {
      roleName: `towpath-${environment.name}-forwarding`,
      description: `Lets EventBridge send to Towpath's bus in ${environment.name}`,
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    give(role, [{ actions: ['events:PutEvents'], resources: [bus] }]);
    return new CfnRule(this, environment.name, {
      name: `towpath-${environment.name}-forwarding`,
      description: `What pipelines and builds report here, to Towpath in ${environment.name}`,
      eventPattern: {
        account: [account],
        source: REPORTED.map(({ source }) => source),
        'detail-type': REPORTED.flatMap(({ detailTypes }) => detailTypes),
      },
      targets: [
        {
          id: 'bus',
          arn: bus,
          roleArn: role.roleArn,
          deadLetterConfig: { arn: this.undelivered.queueArn },
        },
      ],
    });
  }

  private acceptFrom(rules: readonly CfnRule[]): void {
    this.undelivered.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.undelivered.queueArn],
        conditions: {
          ArnEquals: {
            'aws:SourceArn': rules.map(
              ({ name }) =>
                `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${String(name)}`,
            ),
          },
        },
      }),
    );
  }
}
