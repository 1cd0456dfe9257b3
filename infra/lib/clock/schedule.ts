import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';

/** How often what is due is done. */
export const CLOCK_RATE = Duration.minutes(5);

export interface ClockScheduleProps {
  readonly deployment: Deployment;
  /** The function that does what is due. */
  readonly clock: TowpathFunction;
}

/**
 * Calls `clock` every few minutes. A call that fails is tried again until the next one is due, which does the same
 * work; a call that never got through ends in a queue that an alarm watches.
 */
export class ClockSchedule extends Construct {
  readonly missed: Queue;

  constructor(scope: Construct, id: string, props: ClockScheduleProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const { live } = props.clock;
    const name = physicalName(environment, 'clock');
    this.missed = new Queue(this, 'Missed', {
      queueName: `${name}-missed`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.missed).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of a schedule, which the check does not see.',
    });
    live.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: CLOCK_RATE });

    const role = this.role(name);
    const rights = this.rights(live.functionArn);
    rights.attachToRole(role);
    const schedule = new CfnSchedule(this, 'Schedule', {
      name,
      description: 'Lets Towpath do what is due',
      scheduleExpression: `rate(${CLOCK_RATE.toMinutes()} minutes)`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: live.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        retryPolicy: {
          maximumRetryAttempts: 3,
          maximumEventAgeInSeconds: CLOCK_RATE.toSeconds(),
        },
        deadLetterConfig: { arn: this.missed.queueArn },
      },
    });
    // The first call may come as soon as the schedule is there.
    schedule.node.addDependency(rights);
  }

  private role(name: string): Role {
    return new Role(this, 'Role', {
      roleName: `${name}-schedule`,
      description: `What the schedule of ${name} may do`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
  }

  /** What the schedule may do: call the function, and put aside a call that did not get through. */
  private rights(functionArn: string): Policy {
    return new Policy(this, 'Rights', {
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.missed.queueArn] }),
      ],
    });
  }
}
