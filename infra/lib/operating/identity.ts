import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Environment } from '../environments/environment.ts';
import { Refusal } from './refusal.ts';

/** Makes sure that there are credentials, and that they are of the environment's account. */
export async function checkIdentity({ name, account, region }: Environment): Promise<void> {
  const found = await callerAccount(region);
  if (found === account) return;
  throw new Refusal(
    `these credentials are of the account ${found}, but "${name}" is ${account}:`,
    'set AWS_PROFILE to a profile of that account, or correct environments.toml',
  );
}

async function callerAccount(region: string): Promise<string> {
  try {
    const { Account } = await new STSClient({ region }).send(new GetCallerIdentityCommand());
    return Account ?? 'unknown';
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    const message = error instanceof Error ? error.message : String(error);
    if (name === 'CredentialsProviderError')
      throw new Refusal(
        'there are no AWS credentials:',
        'sign in (`aws sso login`), or set AWS_PROFILE, and run this again',
      );
    throw new Refusal(
      `AWS does not take these credentials (${message}):`,
      'sign in again, or set AWS_PROFILE to another profile',
    );
  }
}
