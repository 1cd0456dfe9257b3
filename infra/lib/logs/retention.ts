import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** The retention of so many days; `lib/environments` lets only those through that CloudWatch Logs knows. */
export function logRetention(days: number): RetentionDays {
  if (!(days in RetentionDays)) throw new Error(`CloudWatch Logs has no retention of ${days} days`);
  return days;
}
