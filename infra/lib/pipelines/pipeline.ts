import { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Action } from './actions.ts';
import {
  aclAndTags,
  artifactFolder,
  type ArtifactStore,
  bucketArn,
  checkBucket,
  readWrite,
} from './artifact-store.ts';
import { pipelineRoleName } from './names.ts';
import { give, ownAccountOnly } from './rights.ts';

/** A value that anyone who starts the pipeline gives. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  /** Without one, nobody starts the pipeline without a value. */
  readonly otherwise?: string;
}

export interface Stage {
  readonly name: string;
  readonly actions: readonly Action[];
}

export interface PipelineProps {
  readonly name: string;
  readonly artifacts: ArtifactStore;
  /** The first holds the source action. */
  readonly stages: readonly Stage[];
  readonly variables?: readonly Variable[];
  /** `SUPERSEDED`: a newer execution overtakes one that waits. `QUEUED`: they wait in line. */
  readonly mode: 'SUPERSEDED' | 'QUEUED';
  /** Start at every push to this branch. */
  readonly startedByPushTo?: string;
}

/**
 * A pipeline (V2) whose role may do what its actions need and nothing else. CDK's own construct would let it read and
 * write everywhere in the artifact bucket.
 */
export class Pipeline extends Construct {
  readonly pipeline: CfnPipeline;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    this.role = this.makeRole(props);
    this.pipeline = new CfnPipeline(this, 'Pipeline', {
      name: props.name,
      pipelineType: 'V2',
      executionMode: props.mode,
      roleArn: this.role.roleArn,
      artifactStore: {
        type: 'S3',
        location: props.artifacts.bucketName,
        encryptionKey: { type: 'KMS', id: props.artifacts.keyArn },
      },
      stages: props.stages.map(({ name, actions }) => ({
        name,
        actions: actions.map(({ declaration }) => declaration),
      })),
      ...(props.variables && { variables: props.variables.map(variable) }),
      ...(props.startedByPushTo !== undefined && { triggers: [onPush(props.startedByPushTo)] }),
    });
    // Creating the pipeline starts it, and a role without its rights would fail at once.
    this.pipeline.node.addDependency(this.role);
  }

  private makeRole({ name, artifacts, stages }: PipelineProps): Role {
    const role = new Role(this, 'Role', {
      roleName: pipelineRoleName(name),
      description: `What the pipeline ${name} may do`,
      assumedBy: ownAccountOnly('codepipeline.amazonaws.com'),
    });
    const rights = stages.flatMap(({ actions }) => actions.flatMap((action) => action.rights));
    give(role, [
      checkBucket(artifacts),
      { actions: ['s3:GetBucketVersioning'], resources: [bucketArn(artifacts)] },
      ...readWrite(artifacts, [artifactFolder(name)]),
      aclAndTags(artifacts, artifactFolder(name)),
      ...rights,
    ]);
    return role;
  }
}

function variable({
  name,
  description,
  otherwise,
}: Variable): CfnPipeline.VariableDeclarationProperty {
  return { name, description, ...(otherwise !== undefined && { defaultValue: otherwise }) };
}

function onPush(branch: string): CfnPipeline.PipelineTriggerDeclarationProperty {
  return {
    providerType: 'CodeStarSourceConnection',
    gitConfiguration: { sourceActionName: 'Source', push: [{ branches: { includes: [branch] } }] },
  };
}
