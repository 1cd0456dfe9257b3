import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { physicalName } from '../deployment.ts';
import type { Watched } from './alarms.ts';
import { counted } from './counted.ts';
import { apiMetric } from './portal.ts';

/** A row is 24 columns wide. */
const THIRD = { width: 8, height: 6 };
const WHOLE = 24;

const SUM = { period: Duration.minutes(5), statistic: 'Sum' };
const LATENCIES = ['p50', 'p99'];

/** The day in one picture: what people did, what pipelines reported, what it cost, and what went wrong. */
export class TowpathDashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    shown: Watched & { readonly alarms: readonly Alarm[] },
  ) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      dashboardName: physicalName(shown.deployment.environment, 'day'),
      defaultInterval: Duration.days(1),
      widgets: [
        ...(shown.alarms.length > 0
          ? [[new AlarmStatusWidget({ alarms: [...shown.alarms], width: WHOLE, height: 3 })]]
          : []),
        people(shown),
        reports(shown),
        health(shown),
      ],
    });
  }
}

/** Taps, requests, and how long people wait. */
function people({ deployment, functions, api }: Watched): IWidget[] {
  return [
    graph('Taps', [
      counted(deployment, 'Taps').with({ label: 'taps' }),
      counted(deployment, 'TapsFailed').with({ label: 'failed' }),
    ]),
    graph('Requests', [
      apiMetric(api, 'Count', 'Sum').with({ label: 'all' }),
      apiMetric(api, '4xx', 'Sum').with({ label: '4xx' }),
      apiMetric(api, '5xx', 'Sum').with({ label: '5xx' }),
    ]),
    graph('Milliseconds until the answer', [
      ...LATENCIES.map((of) => apiMetric(api, 'Latency', of).with({ label: of })),
      ...LATENCIES.map((of) =>
        functions.web.lambda.metricDuration({ statistic: of, label: `web alone, ${of}` }),
      ),
    ]),
  ];
}

/** What pipelines reported and asked for, and how long it waited. */
function reports({ functions, events }: Watched): IWidget[] {
  const { queue, deadLetters, undelivered } = events;
  return [
    graph('Events', [
      queue.metricNumberOfMessagesSent({ ...SUM, label: 'arrived' }),
      queue.metricNumberOfMessagesDeleted({ ...SUM, label: 'recorded' }),
      deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'put aside' }),
      undelivered.metricApproximateNumberOfMessagesVisible({ label: 'undelivered' }),
    ]),
    graph('Seconds that the oldest event waited', [
      queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', label: 'oldest' }),
    ]),
    graph('Jobs of pipelines', [
      functions.action.lambda.metricInvocations({ ...SUM, label: 'jobs' }),
      functions.action.lambda.metricDuration({ statistic: 'p99', label: 'milliseconds, p99' }),
    ]),
  ];
}

/** Errors, what the functions use, and what the table is asked for. */
function health({ functions, records: { table } }: Watched): IWidget[] {
  const each = functions.all;
  return [
    graph('Errors and throttles', [
      ...each.map(({ handler, lambda }) => lambda.metricErrors({ ...SUM, label: handler })),
      ...each.map(({ handler, lambda }) =>
        lambda.metricThrottles({ ...SUM, label: `${handler}, throttled` }),
      ),
    ]),
    graph(
      'Functions at work',
      each.map(({ handler, lambda }) =>
        lambda.metric('ConcurrentExecutions', { statistic: 'Maximum', label: handler }),
      ),
    ),
    graph('Units of the table', [
      table.metricConsumedReadCapacityUnits({ ...SUM, label: 'read' }),
      table.metricConsumedWriteCapacityUnits({ ...SUM, label: 'written' }),
    ]),
  ];
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ ...THIRD, title, left, leftYAxis: { min: 0, showUnits: false } });
}
