/** `make deploy`: checks, builds, shows what will change, deploys, and looks whether the portal answers. */
import { CloudFormationClient, type Stack } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import type { Environment, Environments } from '../environments/environment.ts';
import { stackName } from '../stack.ts';
import { goOn } from './ask.ts';
import { cdk, synthesize } from './assembly.ts';
import { uploadAssets } from './assets.ts';
import { builtPackage } from './built.ts';
import { concurrencyQuota, concurrencyWarning } from './concurrency.ts';
import { checkIdentity } from './identity.ts';
import { bucketsIn, deleteKeptPolicies, protect } from './kept-buckets.ts';
import { Refusal } from './refusal.ts';
import { checkState, stackCalled } from './state.ts';

export interface DeployOptions {
  /** The folder of an earlier package. */
  readonly package: string | undefined;
  /** `1` deploys with all functions stopped. */
  readonly closed: string | undefined;
}

export async function deploy(
  environments: Environments,
  environment: Environment,
  options: DeployOptions,
): Promise<void> {
  const { name, region } = environment;
  const closed = wantsClosed(options.closed) ? name : undefined;
  const stack = stackName(name);
  const cloudFormation = new CloudFormationClient({ region });
  await checkIdentity(environment);
  await checkBootstrapped(cloudFormation, environment);
  const present = await stackCalled(cloudFormation, stack);
  const status = present?.StackStatus;
  checkState(stack, name, status);

  for (const line of concurrencyWarning(await concurrencyQuota(region), environment))
    console.log(`==> ${line}`);

  const built = builtPackage(options.package, environments);
  const [pass, ...further] = passes(environment, status);
  const templates = synthesize(built, 'cdk.deploy', { first: pass.first, closed });
  cdk(templates, 'diff', stack, '--no-change-set');
  if (closed !== undefined)
    console.log(
      `==> "${name}" is closed by this: nobody is answered until it is deployed without CLOSED`,
    );
  await goOn(`Deploy this to "${name}"?`);
  const s3 = new S3Client({ region });
  if (present === undefined) {
    const cleared = await deleteKeptPolicies(s3, bucketsIn(templates, stack));
    await otherwise(
      () => {
        deployStack(templates, stack);
      },
      // The buckets stay when the creation is undone.
      () => Promise.all(cleared.map((bucket) => protect(s3, bucket))),
    );
  } else {
    // Before the functions change: where a new version gets a part of the calls, the other part knows none of its assets.
    await uploadAssets(s3, output(present, 'AssetsBucket'), built.site);
    deployStack(templates, stack);
  }
  for (const { first, because } of further) {
    console.log(`==> ${because}`);
    deployStack(synthesize(built, 'cdk.deploy', { first, closed }), stack);
  }

  const deployed = await stackCalled(cloudFormation, stack);
  const uploaded = await uploadAssets(s3, output(deployed, 'AssetsBucket'), built.site);
  console.log(`==> ${uploaded} assets of the pages are in place`);
  if (closed !== undefined) {
    console.log(`==> Towpath in "${name}" is closed; \`make deploy ENV=${name}\` opens it`);
    return;
  }
  // By CloudFront's own name, since the API answers nobody else.
  await checkAnswers(output(deployed, 'SiteAddress'), name);
  console.log(`==> Towpath in "${name}": ${output(deployed, 'Address')}`);
}

function wantsClosed(closed: string | undefined): boolean {
  if (closed === undefined || closed === '') return false;
  if (closed === '1') return true;
  throw new Refusal(`CLOSED is "${closed}": it can only be "1"`);
}

/** Does something; where it fails, also something else before the error goes on. */
export async function otherwise(act: () => void, failed: () => Promise<unknown>): Promise<void> {
  try {
    act();
  } catch (error) {
    await failed();
    throw error;
  }
}

/** One run of `cdk deploy`. */
export interface Pass {
  /** The environment whose stack it creates. */
  readonly first?: string;
  readonly because?: string;
}

/** What has to be deployed, one after the other, where the stack has this status. */
export function passes(
  { name, signIn }: Environment,
  status: string | undefined,
): readonly [Pass, ...Pass[]] {
  if (status !== undefined) return [{}];
  if (signIn.provider !== 'cognito') return [{ first: name }];
  return [{ first: name }, { because: 'the user pool gets its protection against deletion' }];
}

/** What an earlier stack of that name left behind, it takes up again. */
function deployStack(templates: string, stack: string): void {
  const options = ['--exclusively', '--require-approval', 'never', '--import-existing-resources'];
  cdk(templates, 'deploy', stack, ...options);
}

async function checkBootstrapped(
  client: CloudFormationClient,
  { account, region }: Environment,
): Promise<void> {
  if (await stackCalled(client, 'CDKToolkit')) return;
  throw new Refusal(
    `the account ${account} is not prepared for CDK in ${region}. Do it once:`,
    `  npx --prefix infra cdk bootstrap aws://${account}/${region}`,
  );
}

function output(stack: Stack | undefined, key: string): string {
  const found = stack?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  if (found === undefined) throw new Refusal(`the stack has no output ${key}`);
  return found;
}

/** A function that cannot start, for one because of towpath.toml, is better heard of now than from a tester. */
async function checkAnswers(site: string, name: string): Promise<void> {
  const address = `${site}/healthz`;
  let status: number;
  try {
    ({ status } = await fetch(address, { signal: AbortSignal.timeout(30_000) }));
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    throw new Refusal(
      `the stack is deployed, but ${address} cannot be reached from here: ${message}`,
    );
  }
  if (status === 200) return;
  throw new Refusal(
    `the stack is deployed, but ${address} answers ${status}. Its reason is in the log:`,
    `  aws logs tail /aws/lambda/towpath-${name}-web --since 10m`,
    `To go back, deploy an earlier package: make deploy ENV=${name} PACKAGE=<folder>`,
  );
}
