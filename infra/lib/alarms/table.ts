import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { INDEX, type Records } from '../records/records.ts';
import type { Watch } from './watch.ts';

const PERIOD = Duration.minutes(5);

/** What DynamoDB refuses of the table and of its index. */
export function table({ table }: Records): Watch[] {
  const name = { TableName: table.tableName };
  const index = { ...name, GlobalSecondaryIndexName: INDEX };
  return [
    {
      name: 'table-throttled',
      means: 'DynamoDB refused reads or writes for being too many at once, for ten minutes.',
      section: 'The table is throttled',
      metric: new MathExpression({
        expression: 'SUM(METRICS())',
        usingMetrics: {
          reads: sum('ReadThrottleEvents', name),
          writes: sum('WriteThrottleEvents', name),
          index_reads: sum('ReadThrottleEvents', index),
          index_writes: sum('WriteThrottleEvents', index),
        },
        period: PERIOD,
        label: 'refused reads and writes',
      }),
      limit: 0,
      // The SDK tries again: a burst that passes needs nobody.
      periods: 2,
    },
  ];
}

function sum(metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap,
    statistic: 'Sum',
    period: PERIOD,
  });
}
