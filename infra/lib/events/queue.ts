import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';

/** A message keeps its age when it is put aside: what is put aside on its last day still has a week there. */
const WAITS = Duration.days(7);
const PUT_ASIDE = Duration.days(14);

/**
 * How often a message is tried before it is put aside: every three minutes for ten hours, so that an outage of the table puts
 * nothing aside that would have been recorded after it.
 */
const TRIES = 200;

/**
 * How many copies of the function work on the queue at most, so that a burst leaves some for people: a new account may run
 * ten of all functions at once.
 */
const MAX_CONCURRENCY = 4;

export interface EventQueueProps {
  readonly deployment: Deployment;
  /** The function that reads the queue. */
  readonly reader: TowpathFunction;
}

/**
 * The events that wait to be recorded, and the two places where they end that cannot be: one for what the function
 * refused again and again, one for what EventBridge could not put into the queue.
 */
export class EventQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, props: EventQueueProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    const name = physicalName(environment, 'events');
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...common,
      queueName: `${name}-dead-letters`,
      retentionPeriod: PUT_ASIDE,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        // By its name, since the queue itself is made after this one.
        sourceQueues: [
          Queue.fromQueueArn(
            this,
            'Source',
            Stack.of(this).formatArn({ service: 'sqs', resource: name }),
          ),
        ],
      },
    });
    this.undelivered = new Queue(this, 'Undelivered', {
      ...common,
      queueName: `${name}-undelivered`,
      retentionPeriod: PUT_ASIDE,
    });
    Validations.of(this.undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of EventBridge rules, which the check does not see.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      queueName: name,
      retentionPeriod: WAITS,
      visibilityTimeout: visibility(props.reader),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: TRIES },
    });
    this.feed(props);
  }

  /** Lets those rules put their events here, and aside what they could not deliver. */
  acceptFrom(rules: readonly IRule[]): void {
    for (const queue of [this.queue, this.undelivered]) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': rules.map((rule) => rule.ruleArn) } },
        }),
      );
    }
  }

  private feed({ deployment, reader }: EventQueueProps): void {
    reader.grant(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      [this.queue.queueArn],
    );
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: reader.live,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency: MAX_CONCURRENCY,
      reportBatchItemFailures: true,
      // While no function runs, messages wait here and do not count as tried.
      enabled: deployment.closed !== true,
    });
    // Lambda asks whether the role may read the queue when the mapping is made.
    mapping.node.addDependency(reader.role);
  }
}

/** Six times the function's time, so that no message comes again while it is still being worked on. */
function visibility(reader: TowpathFunction): Duration {
  const { timeout } = reader.lambda;
  if (timeout === undefined) throw new Error(`${reader.handler} has no timeout`);
  return Duration.seconds(6 * timeout.toSeconds());
}
