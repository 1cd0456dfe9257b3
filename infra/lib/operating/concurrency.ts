/** Whether an account lets enough functions run at once. */
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Environment } from '../environments/environment.ts';

/** What Lambda keeps for functions without a reservation, in accounts with the usual quota. */
const UNRESERVED = 100;

/** The account's quota of concurrent executions, or nothing where these credentials may not read it. */
export async function concurrencyQuota(region: string): Promise<number | undefined> {
  try {
    const { AccountLimit } = await new LambdaClient({ region }).send(
      new GetAccountSettingsCommand({}),
    );
    return AccountLimit?.ConcurrentExecutions;
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

/** What anyone who deploys should know about the quota: nothing where it is large enough. */
export function concurrencyWarning(
  quota: number | undefined,
  { account, region, concurrency }: Pick<Environment, 'account' | 'region' | 'concurrency'>,
): string[] {
  if (quota === undefined) return [];
  const reserved = (concurrency.web ?? 0) + (concurrency.hooks ?? 0);
  const increase =
    `  aws service-quotas request-service-quota-increase --region ${region} --service-code lambda ` +
    '--quota-code L-B99A9384 --desired-value 1000';
  if (reserved > 0 && quota - reserved < UNRESERVED)
    return [
      `the account ${account} may run ${quota} functions at once in ${region}, and ${reserved} of these are to be reserved:`,
      `Lambda refuses reservations that leave fewer than ${UNRESERVED} for the other functions. Ask for more, which costs nothing:`,
      increase,
    ];
  if (quota < UNRESERVED)
    return [
      `the account ${account} may run only ${quota} functions at once in ${region}, as new accounts do: a burst of events`,
      'or a few people at a time are enough for requests to be turned away (429, 503). Ask for more, which costs nothing:',
      increase,
    ];
  return [];
}
