/** What people and CI systems feel. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Api } from '../api/api.ts';
import type { Deployment } from '../deployment.ts';
import type { Functions } from '../functions/functions.ts';
import { counted } from './counted.ts';
import type { Watch } from './watch.ts';

const PERIOD = Duration.minutes(5);

/** One answer in a hundred may fail, and the first two within five minutes: of few requests, one is many in a hundred. */
const FAILED = { percent: 1, count: 2 };

/** A page that takes longer feels broken. */
const SLOW = Duration.seconds(2);

/** A metric of the HTTP API. */
export function apiMetric({ api }: Api, metricName: string, statistic: string): Metric {
  return new Metric({
    namespace: 'AWS/ApiGateway',
    metricName,
    dimensionsMap: { ApiId: api.ref },
    statistic,
    period: PERIOD,
  });
}

export function portal(deployment: Deployment, api: Api, functions: Functions): Watch[] {
  const { web } = functions;
  return [
    {
      name: 'taps-fail',
      means: 'Two requests for a package or more were answered with an error of the server.',
      section: 'Taps fail',
      metric: counted(deployment, 'TapsFailed'),
      limit: 1,
      stops: true,
    },
    {
      name: 'answers-with-errors',
      means: 'More than one answer in a hundred was an error of the server (5xx).',
      section: 'The portal answers with errors',
      metric: new MathExpression({
        expression: `IF(failed > ${String(FAILED.count)}, 100 * failed / requests, 0)`,
        usingMetrics: {
          failed: apiMetric(api, '5xx', 'Sum'),
          requests: apiMetric(api, 'Count', 'Sum'),
        },
        period: PERIOD,
        label: 'errors of the server in a hundred answers',
      }),
      limit: FAILED.percent,
      stops: true,
    },
    {
      name: 'slow',
      means: 'One answer in twenty took longer than two seconds, for ten minutes.',
      section: 'The portal is slow',
      metric: apiMetric(api, 'Latency', 'p95'),
      limit: SLOW.toMilliseconds(),
      periods: 2,
      stops: true,
    },
    {
      name: 'web-throttled',
      means: 'The function web was not run, because the account runs as many functions as it may.',
      section: 'The portal is throttled',
      metric: web.lambda.metricThrottles({ period: PERIOD, statistic: 'Sum' }),
      limit: 0,
    },
    {
      name: 'functions-fail',
      means: 'A function ended with an error, ran out of time or memory, or could not start.',
      section: 'A function fails',
      // `action` and `clock` have alarms on what becomes of their work instead.
      metric: new MathExpression({
        expression: 'SUM(METRICS())',
        usingMetrics: Object.fromEntries(
          [...functions.gradual, functions.unanswered, functions.register].map(
            ({ handler, lambda }) => [
              handler,
              lambda.metricErrors({ period: PERIOD, statistic: 'Sum' }),
            ],
          ),
        ),
        period: PERIOD,
        label: 'calls that failed',
      }),
      limit: 0,
      stops: true,
    },
  ];
}
