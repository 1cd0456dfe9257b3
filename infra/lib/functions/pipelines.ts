import { Aws } from 'aws-cdk-lib';
import type { Deployment } from '../deployment.ts';
import type { TowpathFunction } from './function.ts';

/** What carries a promotion out, and what asks afterwards how it went. */
export const ON_PIPELINES = [
  'codepipeline:GetPipelineExecution',
  'codepipeline:GetPipelineState',
  'codepipeline:ListActionExecutions',
  'codepipeline:ListPipelineExecutions',
  'codepipeline:RollbackStage',
  'codepipeline:StartPipelineExecution',
];
export const ON_STAGES = ['codepipeline:RetryStageExecution'];
export const ON_ACTIONS = ['codepipeline:PutApprovalResult'];

/** Lets a function run the pipelines that `towpath.toml` names, where they lie in its own account, and no other. */
export function grantPipelines(to: TowpathFunction, deployment: Deployment): void {
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

function pipelineArns({ configuration, environment }: Deployment): string[] {
  const arns = configuration.pipelines
    .filter(({ account }) => account === undefined || account === environment.account)
    .map(
      ({ name, region }) =>
        `arn:${Aws.PARTITION}:codepipeline:${region ?? environment.region}:${environment.account}:${name}`,
    );
  return [...new Set(arns)].sort();
}
