import { RetentionDays } from 'aws-cdk-lib/aws-logs';

const RETENTIONS = new Map<number, RetentionDays>(
  Object.values(RetentionDays)
    .filter((value) => typeof value !== 'string')
    .map((value) => [value, value]),
);

/** The retention of so many days; `lib/environments` lets only those through that CloudWatch Logs knows. */
export function logRetention(days: number): RetentionDays {
  const found = RETENTIONS.get(days);
  if (found === undefined) throw new Error(`CloudWatch Logs has no retention of ${days} days`);
  return found;
}
