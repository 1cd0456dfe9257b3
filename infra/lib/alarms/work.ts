/** What runs without anybody looking: jobs of pipelines, registrations of uploads, promotions, the clock. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Deployment } from '../deployment.ts';
import type { Functions } from '../functions/functions.ts';
import { counted } from './counted.ts';
import type { Watch } from './watch.ts';

const PERIOD = Duration.minutes(5);
const SUM = { period: PERIOD, statistic: 'Sum' };

/** Longer than a first call that ran out of time and the pause after it take; CodePipeline waits for 20 minutes. */
const JOB_WAITS = Duration.minutes(12);

export function work(deployment: Deployment, { action, clock }: Functions): Watch[] {
  return [
    {
      name: 'jobs-wait',
      means:
        'A job of a pipeline waited for more than twelve minutes until the function action took it.',
      section: 'Jobs wait',
      metric: action.lambda.metric('AsyncEventAge', { period: PERIOD, statistic: 'Maximum' }),
      limit: JOB_WAITS.toMilliseconds(),
    },
    {
      name: 'jobs-unanswered',
      means:
        'The function action ended twice without an answer to a job, whose pipeline has failed.',
      section: 'Jobs were not answered',
      metric: counted(deployment, 'JobsUnanswered'),
      limit: 0,
    },
    {
      name: 'registrations-wait',
      means: 'An upload was to be registered an hour ago and is not.',
      section: 'Registrations wait',
      metric: counted(deployment, 'RegistrationsWaiting', 'Maximum'),
      limit: 0,
    },
    {
      name: 'promotions-open',
      means: 'A promotion has been under way for more than an hour.',
      section: 'Promotions stay open',
      metric: counted(deployment, 'PromotionsOpen', 'Maximum'),
      limit: 0,
    },
    {
      name: 'clock-silent',
      means: 'The clock has not done its work for half an hour.',
      section: 'The clock is silent',
      metric: new MathExpression({
        expression: 'calls - FILL(failed, 0)',
        usingMetrics: {
          calls: clock.lambda.metricInvocations(SUM),
          failed: clock.lambda.metricErrors(SUM),
        },
        period: PERIOD,
        label: 'turns of the clock that succeeded',
      }),
      limit: 1,
      below: true,
      periods: 6,
    },
  ];
}
