/** What is listened for: the state changes that AWS reports, system by system. */
import type { EventPattern } from 'aws-cdk-lib/aws-events';

/** A system of AWS that reports, and what of it is listened for. */
export interface Reporting {
  /** Its name in the names of rules. */
  readonly name: string;
  /** What its events have as `source`. */
  readonly source: string;
  readonly detailTypes: readonly string[];
}

/**
 * The sources of `backend/domain/src/source.rs` that arrive through EventBridge, in its order, and two systems beside them: what
 * those report of images and packages is acknowledged and not recorded.
 */
export const REPORTED: readonly Reporting[] = [
  {
    name: 'codepipeline',
    source: 'aws.codepipeline',
    detailTypes: [
      'CodePipeline Pipeline Execution State Change',
      'CodePipeline Stage Execution State Change',
      'CodePipeline Action Execution State Change',
    ],
  },
  {
    name: 'codebuild',
    source: 'aws.codebuild',
    detailTypes: ['CodeBuild Build State Change', 'CodeBuild Build Phase Change'],
  },
  {
    name: 'ecr',
    source: 'aws.ecr',
    detailTypes: ['ECR Image Action', 'ECR Image Scan'],
  },
  {
    name: 'codeartifact',
    source: 'aws.codeartifact',
    detailTypes: ['CodeArtifact Package Version State Change'],
  },
];

/** The pattern of one system's events from those accounts and no others. */
export function pattern(reporting: Reporting, accounts: readonly string[]): EventPattern {
  return {
    source: [reporting.source],
    detailType: [...reporting.detailTypes],
    account: [...accounts],
  };
}
