/** The actions that our pipelines are made of, each with what it lets the pipeline do. */
import { Aws } from 'aws-cdk-lib';
import type { CfnPipeline } from 'aws-cdk-lib/aws-codepipeline';
import type { Project } from './project.ts';
import { type Repository, trunk, useConnection } from './repository.ts';
import type { Right } from './rights.ts';

/** An action, and the rights that the pipeline's role needs for it. */
export interface Action {
  readonly declaration: CfnPipeline.ActionDeclarationProperty;
  readonly rights: readonly Right[];
}

/** A function that a pipeline hands its jobs to. */
export interface InvokedFunction {
  readonly account: string;
  readonly region: string;
  readonly functionName: string;
  /** The role that lets a pipeline of another account invoke it. */
  readonly roleArn?: string;
}

/** The name under which later actions find what the source action tells. */
export const SOURCE = 'Source';

export interface SourceOptions {
  /** Hand out a clone with its history instead of the files: anyone who takes it must be let through the connection too. */
  readonly clone?: boolean;
}

/** Fetches the repository as it is at a commit of its trunk. A trigger or a caller starts it, nothing else. */
export function source(
  repository: Repository,
  output: string,
  options: SourceOptions = {},
): Action {
  return {
    declaration: {
      name: SOURCE,
      namespace: SOURCE,
      actionTypeId: provider('Source', 'CodeStarSourceConnection'),
      configuration: {
        ConnectionArn: repository.connectionArn,
        FullRepositoryId: repository.name,
        BranchName: trunk(repository),
        OutputArtifactFormat: options.clone === true ? 'CODEBUILD_CLONE_REF' : 'CODE_ZIP',
        DetectChanges: 'false',
      },
      outputArtifacts: [{ name: output }],
    },
    rights: [useConnection(repository, ['UseConnection'])],
  };
}

export interface BuildProps {
  readonly name: string;
  readonly project: Project;
  /** The first is where the commands run. */
  readonly inputs: readonly [string, ...string[]];
  readonly outputs?: readonly string[];
  /** What the commands get beside the project's own variables. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs a CodeBuild project. */
export function build(props: BuildProps): Action {
  const { name, project, inputs, outputs = [], variables = {} } = props;
  const environment = Object.entries(variables).map(([key, value]) => ({
    name: key,
    value,
    type: 'PLAINTEXT',
  }));
  return {
    declaration: {
      name,
      actionTypeId: provider('Build', 'CodeBuild'),
      configuration: {
        ProjectName: project.name,
        ...(inputs.length > 1 && { PrimarySource: inputs[0] }),
        ...(environment.length > 0 && { EnvironmentVariables: JSON.stringify(environment) }),
      },
      inputArtifacts: inputs.map((input) => ({ name: input })),
      outputArtifacts: outputs.map((output) => ({ name: output })),
    },
    rights: [
      {
        actions: ['codebuild:BatchGetBuilds', 'codebuild:StartBuild', 'codebuild:StopBuild'],
        resources: [project.arn],
      },
    ],
  };
}

export interface InvokeProps {
  readonly name: string;
  readonly target: InvokedFunction;
  /** What the function is told to do: the job's `UserParameters`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly namespace?: string;
}

/** Hands a job to a function and waits for its answer. */
export function invoke(props: InvokeProps): Action {
  const { name, target, input, namespace } = props;
  return {
    declaration: {
      name,
      actionTypeId: provider('Invoke', 'Lambda'),
      configuration: {
        FunctionName: target.functionName,
        UserParameters: JSON.stringify(props.parameters),
      },
      ...(input !== undefined && { inputArtifacts: [{ name: input }] }),
      ...(namespace !== undefined && { namespace }),
      ...(target.roleArn !== undefined && { roleArn: target.roleArn }),
    },
    rights: [mayInvoke(target)],
  };
}

/** Waits until a person says yes. */
export function approval(name: string, question: string): Action {
  return {
    declaration: {
      name,
      actionTypeId: provider('Approval', 'Manual'),
      configuration: { CustomData: question },
    },
    rights: [],
  };
}

function mayInvoke({ account, region, functionName, roleArn }: InvokedFunction): Right {
  if (roleArn !== undefined) return { actions: ['sts:AssumeRole'], resources: [roleArn] };
  return {
    actions: ['lambda:InvokeFunction'],
    resources: [`arn:${Aws.PARTITION}:lambda:${region}:${account}:function:${functionName}`],
  };
}

function provider(category: string, name: string): CfnPipeline.ActionTypeIdProperty {
  return { category, owner: 'AWS', provider: name, version: '1' };
}
