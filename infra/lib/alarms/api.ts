import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Api } from '../api/api.ts';
import type { Watch } from './watch.ts';

/** A metric of the HTTP API. */
export function apiMetric({ api }: Api, metricName: string, statistic: string): Metric {
  return new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiId: api.ref },
    statistic,
    period: Duration.minutes(5),
  });
}

/** What people and CI systems get to see when something is broken. */
export function api(door: Api): Watch[] {
  return [
    {
      name: 'answers-with-errors',
      means: 'Somebody was answered with an error of the server (5xx).',
      section: 'The portal answers with errors',
      metric: apiMetric(door, '5xx', 'Sum'),
      limit: 0,
    },
  ];
}
