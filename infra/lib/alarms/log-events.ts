import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { Functions } from '../functions/functions.ts';
import type { TowpathFunction } from '../functions/function.ts';
import type { Watch } from './watch.ts';

/** What a function writes into the field `event` of a line, for something that only it can know. */
export const PROMOTION_FAILED = 'promotion-failed';
export const OBJECT_DAMAGED = 'object-damaged';
export const DOWNLOAD_NOT_RECORDED = 'download-not-recorded';

/** What only the functions' own lines tell. */
export function logEvents(
  scope: Construct,
  deployment: Deployment,
  { web, events, action, register, clock }: Functions,
): Watch[] {
  const counted = (event: string, writers: readonly TowpathFunction[]) =>
    count(scope, deployment, event, writers);
  return [
    {
      name: PROMOTION_FAILED,
      means: 'A promotion was granted and could not be carried out.',
      section: 'A promotion failed',
      metric: counted(PROMOTION_FAILED, [web, events, action, register, clock]),
      limit: 0,
    },
    {
      name: OBJECT_DAMAGED,
      means: 'A file of a build that is served is missing, or is not what was registered.',
      section: 'An object is damaged',
      metric: counted(OBJECT_DAMAGED, [clock]),
      limit: 0,
    },
    {
      name: DOWNLOAD_NOT_RECORDED,
      means: 'A download was given while the table took no writes, and is on no list.',
      section: 'Downloads without a record',
      metric: counted(DOWNLOAD_NOT_RECORDED, [web]),
      limit: 0,
    },
  ];
}

function count(
  scope: Construct,
  { environment }: Deployment,
  event: string,
  writers: readonly TowpathFunction[],
): Metric {
  const metric = {
    metricNamespace: 'Towpath',
    metricName: physicalName(environment, event),
  };
  for (const { handler, logGroup } of writers) {
    new MetricFilter(scope, `${event}-${handler}`, {
      ...metric,
      filterName: physicalName(environment, `${event}-${handler}`),
      logGroup,
      filterPattern: FilterPattern.stringValue('$.event', '=', event),
      metricValue: '1',
    });
  }
  return new Metric({
    namespace: metric.metricNamespace,
    metricName: metric.metricName,
    statistic: 'Sum',
    period: Duration.minutes(5),
  });
}
