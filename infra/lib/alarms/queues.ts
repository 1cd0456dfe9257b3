import { Duration } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { EventQueue } from '../events/queue.ts';
import type { Watch } from './watch.ts';

/** What must not lie in a queue, and what must not lie there for long. */
export function queues(events: EventQueue): Watch[] {
  return [
    {
      name: 'dead-letters',
      means: 'Events could not be recorded and were put aside.',
      section: 'Dead letters',
      metric: waiting(events.deadLetters),
      limit: 0,
    },
    {
      name: 'undelivered-events',
      means: 'EventBridge could not put events into the queue and has put them aside.',
      section: 'Undelivered events',
      metric: waiting(events.undelivered),
      limit: 0,
    },
    {
      name: 'events-wait',
      means: 'The oldest event has waited for more than ten minutes: pages show what was.',
      section: 'Events wait',
      metric: events.queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      limit: Duration.minutes(10).toSeconds(),
      periods: 2,
    },
  ];
}

function waiting(queue: Queue) {
  return queue.metricApproximateNumberOfMessagesVisible({
    period: Duration.minutes(5),
    statistic: 'Maximum',
  });
}
