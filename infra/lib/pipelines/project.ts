import { readFileSync } from 'node:fs';
import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import { Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type ArtifactStore, checkBucket, readOnly, readWrite } from './artifact-store.ts';
import { give, ownAccountOnly, type Right } from './rights.ts';

/** A value of a secret in Secrets Manager. */
export interface SecretField {
  readonly secretArn: string;
  readonly field: string;
}

export interface ProjectProps {
  readonly name: string;
  readonly description: string;
  /** The role's name, where another account trusts it. */
  readonly roleName?: string;
  readonly artifacts: ArtifactStore;
  /** The folders of the store that it reads its inputs from and writes its outputs to; left out, none. */
  readonly folder?: string;
  /** Whether it only reads there. */
  readonly reads?: boolean;
  /** The folder of the store where it keeps what makes the next build faster; left out, nothing is kept. */
  readonly cache?: string;
  /** A file with the commands, which the project takes in. */
  readonly buildspec: string;
  readonly image: string;
  readonly computeType: 'BUILD_GENERAL1_SMALL' | 'BUILD_GENERAL1_MEDIUM' | 'BUILD_GENERAL1_LARGE';
  readonly timeoutMinutes: number;
  readonly variables?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, SecretField>>;
  /** Whether it sends test reports. */
  readonly reports?: boolean;
  /** Where it is not a pipeline that gives it its source. */
  readonly source?: Pick<
    CfnProject.SourceProperty,
    'type' | 'location' | 'auth' | 'reportBuildStatus' | 'gitCloneDepth'
  >;
  readonly triggers?: CfnProject.ProjectTriggersProperty;
}

/** A CodeBuild project with a log of its own and a role that may do what is listed. */
export class Project extends Construct {
  readonly name: string;
  readonly project: CfnProject;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ProjectProps) {
    super(scope, id);
    this.name = props.name;
    const log = new LogGroup(this, 'Log', {
      logGroupName: `/aws/codebuild/${props.name}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = this.makeRole(props, log);
    this.project = new CfnProject(this, 'Project', {
      name: props.name,
      description: props.description,
      serviceRole: this.role.roleArn,
      encryptionKey: props.artifacts.keyArn,
      timeoutInMinutes: props.timeoutMinutes,
      source: {
        type: 'CODEPIPELINE',
        ...props.source,
        buildSpec: readFileSync(props.buildspec, 'utf8'),
      },
      artifacts: { type: props.source === undefined ? 'CODEPIPELINE' : 'NO_ARTIFACTS' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: props.image,
        computeType: props.computeType,
        environmentVariables: [...plain(props.variables ?? {}), ...secret(props.secrets ?? {})],
      },
      cache:
        props.cache === undefined
          ? { type: 'NO_CACHE' }
          : { type: 'S3', location: `${props.artifacts.bucketName}/${props.cache}` },
      logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: log.logGroupName } },
      ...(props.triggers && { triggers: props.triggers }),
    });
    this.project.node.addDependency(this.role);
  }

  /** Its address; by its name, so that its own pipeline's role can be made before it. */
  get arn(): string {
    return `arn:${Aws.PARTITION}:codebuild:${Aws.REGION}:${Aws.ACCOUNT_ID}:project/${this.name}`;
  }

  /** Lets its commands do something. */
  grant(right: Right): void {
    give(this.role, [right]);
  }

  private makeRole(props: ProjectProps, log: LogGroup): Role {
    const role = new Role(this, 'Role', {
      ...(props.roleName !== undefined && { roleName: props.roleName }),
      description: `What the build ${props.name} may do`,
      assumedBy: ownAccountOnly('codebuild.amazonaws.com'),
    });
    const secrets = Object.values(props.secrets ?? {}).map(({ secretArn }) => secretArn);
    give(role, [
      {
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [log.logGroupArn],
        because: 'CodeBuild names the streams of the log.',
      },
      ...storeRights(props),
      ...(props.reports === true ? [mayReport(props.name)] : []),
      ...(secrets.length > 0
        ? [{ actions: ['secretsmanager:GetSecretValue'], resources: [...new Set(secrets)] }]
        : []),
    ]);
    return role;
  }
}

function storeRights({ artifacts, folder, reads, cache }: ProjectProps): Right[] {
  const own = folder === undefined ? [] : [folder];
  const kept = cache === undefined ? [] : [cache];
  const folders = [...own, ...kept];
  if (folders.length === 0) return [];
  const rights = reads === true ? readOnly(artifacts, own) : readWrite(artifacts, folders);
  return [checkBucket(artifacts), ...rights];
}

/** CodeBuild names a report group after the project and the group's name in the buildspec. */
function mayReport(project: string): Right {
  return {
    actions: [
      'codebuild:BatchPutTestCases',
      'codebuild:CreateReport',
      'codebuild:CreateReportGroup',
      'codebuild:UpdateReport',
    ],
    resources: [
      `arn:${Aws.PARTITION}:codebuild:${Aws.REGION}:${Aws.ACCOUNT_ID}:report-group/${project}-*`,
    ],
    because:
      'The buildspec names its report groups; CodeBuild makes them below the name of the project.',
  };
}

function plain(
  variables: Readonly<Record<string, string>>,
): CfnProject.EnvironmentVariableProperty[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value, type: 'PLAINTEXT' }));
}

function secret(
  secrets: Readonly<Record<string, SecretField>>,
): CfnProject.EnvironmentVariableProperty[] {
  return Object.entries(secrets).map(([name, { secretArn, field }]) => ({
    name,
    value: `${secretArn}:${field}`,
    type: 'SECRETS_MANAGER',
  }));
}
