/** `make destroy`: takes an environment down. Its data stays, unless that is asked for, too. */
import {
  CloudFormationClient,
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import type { Environment } from '../environments/environment.ts';
import { stackName } from '../stack.ts';
import { confirmed } from './ask.ts';
import { deleteData } from './data.ts';
import { checkIdentity } from './identity.ts';
import { Refusal } from './refusal.ts';
import { fateOf, type Kept } from './kept.ts';
import { protect } from './kept-buckets.ts';
import { stackCalled } from './state.ts';

const ONE_HOUR = 3600;

export interface DestroyOptions {
  /** `destroy` deletes the data, too. */
  readonly data: string | undefined;
  /** The environment's name, given instead of typed. */
  readonly confirm: string | undefined;
}

export async function destroy(environment: Environment, options: DestroyOptions): Promise<void> {
  const { name, region } = environment;
  const withData = wantsData(options.data);
  await checkIdentity(environment);
  const client = new CloudFormationClient({ region });
  const stack = stackName(name);
  if (!(await stackCalled(client, stack)))
    throw new Refusal(`there is no stack ${stack} in ${environment.account}, ${region}`);
  const { kept, lost } = await fateOf(client, stack);
  for (const line of announcement(stack, kept, lost, withData)) console.log(line);
  await confirmed(name, options.confirm);

  await remove(client, stack);
  console.log(`==> ${stack} is gone`);
  if (withData) await deleteAll(environment, kept);
  else {
    await protectBuckets(environment, kept);
    console.log(`==> the data stays; \`make deploy ENV=${name}\` takes it up again`);
  }
}

/** What anyone who takes a stack down should know before. */
export function announcement(
  stack: string,
  kept: readonly Kept[],
  lost: readonly Kept[],
  withData: boolean,
): string[] {
  const pool = kept.some(({ type }) => type === 'AWS::Cognito::UserPool');
  return [
    `==> ${stack} goes. Its data ${withData ? 'goes, too, for ever' : 'stays'}:`,
    ...kept.map(({ type, id }) => `    ${type} ${id}`),
    ...(pool && !withData
      ? ['    The next deployment makes another user pool: people have to be let in again.']
      : []),
    ...(lost.length > 0
      ? [
          '==> What goes in any case, with its content: secrets (also what was filled in by hand, such as those of webhooks;',
          '    everybody is signed out), lines of logs, waiting messages:',
          ...lost.map(({ type, id }) => `    ${type} ${id}`),
        ]
      : []),
  ];
}

/** The stack's own policies went with it. */
async function protectBuckets({ region }: Environment, kept: readonly Kept[]): Promise<void> {
  const client = new S3Client({ region });
  for (const { type, id } of kept) if (type === 'AWS::S3::Bucket') await protect(client, id);
}

function wantsData(data: string | undefined): boolean {
  if (data === undefined || data === '') return false;
  if (data === 'destroy') return true;
  throw new Refusal(`DATA is "${data}": it can only be "destroy"`);
}

async function remove(client: CloudFormationClient, stack: string): Promise<void> {
  await client.send(
    new UpdateTerminationProtectionCommand({
      StackName: stack,
      EnableTerminationProtection: false,
    }),
  );
  await client.send(new DeleteStackCommand({ StackName: stack }));
  try {
    await waitUntilStackDeleteComplete({ client, maxWaitTime: ONE_HOUR }, { StackName: stack });
  } catch {
    throw new Refusal(
      `${stack} could not be taken away completely. Its events say why:`,
      `  aws cloudformation describe-stack-events --stack-name ${stack} --query "StackEvents[?ResourceStatus=='DELETE_FAILED']"`,
    );
  }
}

async function deleteAll({ region }: Environment, kept: readonly Kept[]): Promise<void> {
  for (const each of kept) {
    const left = await deleteData(region, each).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    console.log(left === undefined ? `==> deleted ${each.id}` : `==> kept ${each.id}: ${left}`);
  }
}
