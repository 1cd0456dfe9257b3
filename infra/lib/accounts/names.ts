/** The names of the roles that one account lets another use: both must know them before either is made. */
import { createHash } from 'node:crypto';
import { Aws } from 'aws-cdk-lib';
import { deployRoleName, pipelineRoleName } from '../pipelines/names.ts';

/** An environment, as far as its roles are named after it. */
export interface Named {
  readonly name: string;
  readonly account: string;
}

/** What the roles of `cdk bootstrap` are called after. */
export const QUALIFIER = 'hnb659fds';

/** In an environment's account. Pipelines elsewhere hand jobs to `action` with it. */
export const invokeRoleName = ({ name }: Named) => `towpath-${name}-invoke`;
/** In an environment's account. Deployment jobs elsewhere fetch builds of one app with it. */
export const fetchRoleName = ({ name }: Named, app: string) =>
  fitting(`towpath-${name}-fetch-${app}`);
/** In an environment's account. Deployment jobs of all apps fetch builds with it, where a pipeline still names it. */
export const sharedFetchRoleName = ({ name }: Named) => `towpath-${name}-fetch`;
/** In an environment's account. Towpath's own pipeline deploys with it. */
export const deliveryRoleName = ({ name }: Named) => `towpath-${name}-delivery`;
/** In an environment's account. The environment before it puts promoted builds there with it. */
export const receiveRoleName = ({ name }: Named) => `towpath-${name}-receive`;
/** In the operations account. An environment elsewhere starts and asks pipelines with it. */
export const promotionsRoleName = ({ name }: Named) => `towpath-${name}-promotions`;
/** In the operations account. An environment elsewhere answers pipelines' jobs with it. */
export const jobsRoleName = ({ name }: Named) => `towpath-${name}-jobs`;
/** In the operations account. The job of Towpath's own pipeline that deploys to an environment has it. */
export const ownDeployRoleName = ({ name }: Named) => `towpath-pipeline-${name}`;

export const invokeRoleArn = (to: Named) => roleArn(to.account, invokeRoleName(to));
export const fetchRoleArn = (to: Named, app: string) => roleArn(to.account, fetchRoleName(to, app));
export const promotionsRoleArn = (to: Named) => roleArn(to.account, promotionsRoleName(to));
export const jobsRoleArn = (to: Named) => roleArn(to.account, jobsRoleName(to));
export const deliveryRoleArn = (to: Named) => roleArn(to.account, deliveryRoleName(to));

/** The role that a function of Towpath runs with. */
export function functionRoleArn(
  { name, account }: Named,
  handler: 'web' | 'action' | 'unanswered' | 'clock',
): string {
  return roleArn(account, `towpath-${name}-${handler}`);
}

export function pipelineRoleArn(account: string, pipeline: string): string {
  return roleArn(account, pipelineRoleName(pipeline));
}

export function deployRoleArn(account: string, pipeline: string): string {
  return roleArn(account, deployRoleName(pipeline));
}

/** The longest name that IAM gives a role. */
const LONGEST = 64;

/** A name that IAM takes: of a longer one the beginning, and enough of its digest to tell it from others. */
function fitting(name: string): string {
  if (name.length <= LONGEST) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST - digest.length - 1)}-${digest}`;
}

export function roleArn(account: string, name: string): string {
  return `arn:${Aws.PARTITION}:iam::${account}:role/${name}`;
}
