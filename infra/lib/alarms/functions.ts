import { Duration } from 'aws-cdk-lib';
import type { TowpathFunction } from '../functions/function.ts';
import type { Watch } from './watch.ts';

const SUM = { period: Duration.minutes(5), statistic: 'Sum' };

/** What every function can suffer from. */
export function functions(all: readonly TowpathFunction[]): Watch[] {
  return all.flatMap(({ handler, lambda }) => [
    {
      name: `${handler}-fails`,
      means: `The function ${handler} ended with an error, ran out of time, or could not start.`,
      section: 'A function fails',
      metric: lambda.metricErrors(SUM),
      limit: 0,
    },
    {
      name: `${handler}-throttled`,
      means: `The function ${handler} was not run, because the account runs as many as it may.`,
      section: 'A function is throttled',
      metric: lambda.metricThrottles(SUM),
      limit: 0,
    },
  ]);
}

/** That what is due was done. */
export function clock({ lambda }: TowpathFunction): Watch {
  return {
    name: 'clock-silent',
    means: 'The clock was not called for half an hour.',
    section: 'The clock is silent',
    metric: lambda.metricInvocations(SUM),
    limit: 1,
    below: true,
    periods: 6,
  };
}
