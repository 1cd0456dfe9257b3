import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Deployment } from '../deployment.ts';

/**
 * What the functions themselves count, in lines of their logs that CloudWatch reads as metrics. `PromotionsOpen`,
 * `RegistrationsWaiting` and `JobsUnanswered` are written only where there are any.
 */
export const COUNTED = [
  'Taps',
  'TapsFailed',
  'PromotionsOpen',
  'RegistrationsWaiting',
  'JobsUnanswered',
] as const;

/** Such a metric of one environment. */
export function counted(
  { environment }: Deployment,
  metricName: (typeof COUNTED)[number],
  statistic = 'Sum',
): Metric {
  return new Metric({
    namespace: 'Towpath',
    metricName,
    dimensionsMap: { Environment: environment.name },
    statistic,
    period: Duration.minutes(5),
  });
}
