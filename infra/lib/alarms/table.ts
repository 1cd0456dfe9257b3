import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { INDEX, type Records } from '../records/records.ts';
import type { Watch } from './watch.ts';

/** The calls whose failing would be noticed by people or lose time. */
const CALLS = ['GetItem', 'Query', 'PutItem', 'TransactWriteItems'];

/** What DynamoDB refuses, and what it fails at. */
export function table({ table }: Records): Watch[] {
  const name = { TableName: table.tableName };
  const index = { ...name, GlobalSecondaryIndexName: INDEX };
  const throttled = [
    { of: 'reads', metric: sum('ReadThrottleEvents', name) },
    { of: 'writes', metric: sum('WriteThrottleEvents', name) },
    { of: 'index-reads', metric: sum('ReadThrottleEvents', index) },
    { of: 'index-writes', metric: sum('WriteThrottleEvents', index) },
  ].map(({ of, metric }): Watch => ({
    name: `table-${of}-throttled`,
    means: `DynamoDB refused ${of.replace('-', ' ')} for being too many at once, for ten minutes.`,
    section: 'The table is throttled',
    metric,
    limit: 0,
    // The SDK tries again: a burst that passes needs nobody.
    periods: 2,
  }));
  const failed = CALLS.map((call): Watch => ({
    name: `table-${call}-fails`,
    means: `DynamoDB itself failed at ${call}, for ten minutes.`,
    section: 'The table fails',
    metric: sum('SystemErrors', { ...name, Operation: call }),
    limit: 0,
    periods: 2,
  }));
  return [...throttled, ...failed];
}

function sum(metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap,
    statistic: 'Sum',
    period: Duration.minutes(5),
  });
}
