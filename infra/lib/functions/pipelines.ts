import { Aws } from 'aws-cdk-lib';
import type { Deployment } from '../deployment.ts';
import type { Releases } from '../releases/releases.ts';
import type { TowpathFunction } from './function.ts';

/** What carries a promotion out, and what asks afterwards how it went. */
export const ON_PIPELINES = [
  'codepipeline:GetPipelineExecution',
  'codepipeline:GetPipelineState',
  'codepipeline:ListActionExecutions',
  'codepipeline:ListPipelineExecutions',
  'codepipeline:StartPipelineExecution',
];
export const ON_STAGES = ['codepipeline:RetryStageExecution', 'codepipeline:RollbackStage'];
export const ON_ACTIONS = ['codepipeline:PutApprovalResult'];

/** What tells which execution a job is of, and what that was made of. */
export const OF_JOBS = ['codepipeline:GetPipelineExecution', 'codepipeline:ListActionExecutions'];
/** What acts on a job, for those who do one. */
export const ON_JOBS = [
  'codepipeline:GetJobDetails',
  'codepipeline:PutJobFailureResult',
  'codepipeline:PutJobSuccessResult',
];
/** Why those have no resource. */
export const JOBS_HAVE_NO_ARN =
  "These act on a job, which has no ARN: IAM takes no other resource. Only who holds a job's identifier can ask about it or answer it, and only CodePipeline hands it out.";

/** Lets a function do the jobs of the pipelines that `towpath.toml` names, where they lie in its own account. */
export function grantJobs(to: TowpathFunction, deployment: Deployment): void {
  to.set('TOWPATH_ACCOUNT', deployment.environment.account);
  to.grant(ON_JOBS, ['*'], { because: JOBS_HAVE_NO_ARN });
  const arns = pipelineArns(deployment);
  if (arns.length > 0) to.grant(OF_JOBS, arns);
}

/** Lets a function run the pipelines that `towpath.toml` names, where they lie in its own account, and no other. */
export function grantPipelines(to: TowpathFunction, deployment: Deployment): void {
  to.set('TOWPATH_ACCOUNT', deployment.environment.account);
  grantRoles(to, deployment, 'pipeline');
  const arns = pipelineArns(deployment);
  if (arns.length === 0) return;
  to.grant(ON_PIPELINES, arns);
  const because =
    'Which stages and approvals a pipeline has is its own affair; its name is in towpath.toml.';
  to.grant(
    ON_STAGES,
    arns.map((arn) => `${arn}/*`),
    { because },
  );
  to.grant(
    ON_ACTIONS,
    arns.map((arn) => `${arn}/*/*`),
    { because },
  );
}

/** Lets a function copy promoted builds to the buckets that `towpath.toml` names, in their roles or with its own rights. */
export function grantBuckets(
  to: TowpathFunction,
  releases: Releases,
  deployment: Deployment,
): void {
  const buckets = deployment.configuration.targets.filter(({ kind }) => kind === 'bucket');
  if (buckets.length === 0) return;
  releases.grant(to, ['s3:GetObject'], ['artifacts/']);
  grantRoles(to, deployment, 'bucket');
  const own = buckets.filter(({ role }) => role === undefined).map(({ name }) => name);
  if (own.length === 0) return;
  to.grant(
    ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    [...new Set(own)].sort().map((name) => `arn:${Aws.PARTITION}:s3:::${name}/artifacts/*`),
    { because: 'Objects are named after digests.' },
  );
}

function grantRoles(
  to: TowpathFunction,
  { configuration }: Deployment,
  kind: 'pipeline' | 'bucket',
): void {
  const roles = configuration.targets
    .filter((target) => target.kind === kind)
    .flatMap(({ role }) => (role === undefined ? [] : [role]));
  if (roles.length > 0) to.grant(['sts:AssumeRole'], [...new Set(roles)].sort());
}

function pipelineArns({ configuration, environment }: Deployment): string[] {
  const carrying = configuration.targets
    .filter((target) => target.kind === 'pipeline')
    .filter(({ role }) => role === undefined);
  const arns = [...configuration.pipelines, ...carrying]
    .filter(({ account }) => account === undefined || account === environment.account)
    .map(
      ({ name, region }) =>
        `arn:${Aws.PARTITION}:codepipeline:${region ?? environment.region}:${environment.account}:${name}`,
    );
  return [...new Set(arns)].sort();
}
