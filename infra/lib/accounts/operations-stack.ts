import { Aws, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Environment } from '../environments/environment.ts';
import {
  JOBS_HAVE_NO_ARN,
  OF_JOBS,
  ON_ACTIONS,
  ON_JOBS,
  ON_PIPELINES,
  ON_STAGES,
} from '../functions/pipelines.ts';
import { give } from '../pipelines/rights.ts';
import { type Across, apart, pipelinesOf } from './across.ts';
import { Artifacts } from './artifacts.ts';
import { EventForwarding } from './forwarding.ts';
import { functionRoleArn, jobsRoleName, promotionsRoleName } from './names.ts';
import { trusting } from './trust.ts';

/** What the account of the pipelines has for Towpath: artifacts, the way of events, and what each environment may do here. */
export class OperationsStack extends Stack {
  readonly artifacts: Artifacts;
  readonly forwarding: EventForwarding;

  constructor(scope: Construct, across: Across, props: StackProps = {}) {
    const { account, region } = across.operations;
    super(scope, 'TowpathOperations', {
      description: 'Towpath: artifacts, events and roles in the account of the pipelines',
      env: { account, region },
      terminationProtection: true,
      ...props,
    });
    this.artifacts = new Artifacts(this, 'Artifacts', across);
    this.forwarding = new EventForwarding(this, 'Events', across);
    for (const environment of apart(across)) this.admit(across, environment);
    new CfnOutput(this, 'ArtifactBucket', { value: this.artifacts.store.bucketName });
    new CfnOutput(this, 'ArtifactKey', { value: this.artifacts.store.keyArn });
  }

  /** What an environment of another account does here: promotions in its pipelines, answers to their jobs. */
  private admit(across: Across, environment: Environment): void {
    const pipelines = pipelinesOf(across, environment);
    if (pipelines.length === 0) return;
    const { externalId } = across.operations;
    const may = (...handlers: ('web' | 'action' | 'unanswered' | 'clock')[]) =>
      trusting(
        environment.account,
        handlers.map((handler) => functionRoleArn(environment, handler)),
        externalId,
      );
    const promotions = new Role(this, `${environment.name}-promotions`, {
      roleName: promotionsRoleName(environment),
      description: `Towpath in ${environment.name}: starts and asks its pipelines`,
      assumedBy: may('web', 'clock'),
    });
    const arns = pipelines.map(
      (name) => `arn:${Aws.PARTITION}:codepipeline:${this.region}:${this.account}:${name}`,
    );
    const because =
      'The stages and approvals of a pipeline are its own affair; its name is in towpath.toml.';
    give(promotions, [
      { actions: ON_PIPELINES, resources: arns },
      { actions: ON_STAGES, resources: arns.map((arn) => `${arn}/*`), because },
      { actions: ON_ACTIONS, resources: arns.map((arn) => `${arn}/*/*`), because },
    ]);
    const jobs = new Role(this, `${environment.name}-jobs`, {
      roleName: jobsRoleName(environment),
      description: `Towpath in ${environment.name}: answers the jobs of its pipelines`,
      assumedBy: may('action', 'unanswered'),
    });
    give(jobs, [
      { actions: ON_JOBS, resources: ['*'], because: JOBS_HAVE_NO_ARN },
      { actions: OF_JOBS, resources: arns },
    ]);
  }
}
