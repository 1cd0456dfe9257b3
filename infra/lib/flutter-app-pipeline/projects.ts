/** The CodeBuild projects of a Flutter app. */
import type { Construct } from 'constructs';
import { fetchRoleArn } from '../accounts/names.ts';
import { artifactFolder } from '../pipelines/artifact-store.ts';
import { deployRoleName } from '../pipelines/names.ts';
import { Project, type SecretField } from '../pipelines/project.ts';
import { cloneUrl, host, trunk, useConnection } from '../pipelines/repository.ts';
import { buildspec } from './buildspec.ts';
import type { FlutterAppPipelineProps } from './flutter-app-pipeline.ts';
import { IMAGE } from './images.ts';
import { type AppStage, fetchVariables } from './stage.ts';

/** Tests what is on the trunk and writes down what it is made of, without a secret: before it is built. */
export function testsProject(
  scope: Construct,
  props: FlutterAppPipelineProps,
  pipeline: string,
): Project {
  const { app } = props;
  return new Project(scope, 'Tests', {
    name: `${app}-tests`,
    description: `Tests ${app}, and lists what it is made of`,
    artifacts: props.artifacts,
    folder: artifactFolder(pipeline),
    // Not the build's: what a tool left there must not get into a release.
    cache: `cache-${app}-tests`,
    buildspec: buildspec('tests'),
    image: IMAGE,
    computeType: 'BUILD_GENERAL1_MEDIUM',
    timeoutMinutes: 60,
    variables: flutter(props),
    reports: true,
  });
}

/** Builds what is on the trunk, signed. */
export function buildProject(
  scope: Construct,
  props: FlutterAppPipelineProps,
  pipeline: string,
): Project {
  const { app, build = {} } = props;
  return new Project(scope, 'Build', {
    name: `${app}-build`,
    description: `Builds ${app}: APKs and web bundle`,
    artifacts: props.artifacts,
    folder: artifactFolder(pipeline),
    // Not the checks' folder, nor one that they can write to: what a pull request left there must not get into a release.
    cache: `cache-${app}-build`,
    buildspec: buildspec('build'),
    image: IMAGE,
    computeType: 'BUILD_GENERAL1_LARGE',
    timeoutMinutes: 60,
    variables: {
      SPLIT_PER_ABI: build.splitPerAbi === false ? 'no' : 'yes',
      BUILD_NUMBER_BASE: String(build.buildNumberBase ?? 0),
      ...flutter(props),
    },
    secrets: signing(build.signingSecretArn),
  });
}

/** Checks each pull request, and tells the Git host how it went. */
export function checksProject(scope: Construct, props: FlutterAppPipelineProps): Project {
  const { app, repository } = props;
  const project = new Project(scope, 'Checks', {
    name: `${app}-checks`,
    description: `Checks pull requests of ${app}`,
    artifacts: props.artifacts,
    buildspec: buildspec('checks'),
    image: IMAGE,
    computeType: 'BUILD_GENERAL1_MEDIUM',
    timeoutMinutes: 30,
    variables: flutter(props),
    reports: true,
    source: {
      type: host(repository),
      location: cloneUrl(repository),
      auth: { type: 'CODECONNECTIONS', resource: repository.connectionArn },
      gitCloneDepth: 1,
      reportBuildStatus: true,
    },
    triggers: {
      webhook: true,
      filterGroups: [
        [
          {
            type: 'EVENT',
            pattern: 'PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED',
          },
          { type: 'BASE_REF', pattern: `^refs/heads/${escaped(trunk(repository))}$` },
        ],
      ],
      // Somebody who may merge looks at a stranger's code before it runs here.
      pullRequestBuildPolicy: { requiresCommentApproval: 'FORK_PULL_REQUESTS' },
    },
  });
  project.grant(
    useConnection(repository, ['GetConnection', 'GetConnectionToken', 'UseConnection']),
  );
  return project;
}

/** Runs the repository's own deployment with a build that Towpath keeps. */
export function deployProject(
  scope: Construct,
  props: FlutterAppPipelineProps,
  stage: AppStage,
  pipeline: string,
): Project {
  const { app } = props;
  const project = new Project(scope, `${stage.environment}-deploy`, {
    name: `${pipeline}-deploy`,
    description: `Deploys ${app} to ${stage.environment}`,
    roleName: deployRoleName(pipeline),
    artifacts: props.artifacts,
    folder: artifactFolder(pipeline),
    reads: true,
    buildspec: buildspec('deploy'),
    image: IMAGE,
    computeType: 'BUILD_GENERAL1_SMALL',
    timeoutMinutes: 60,
    variables: fetchVariables(stage.towpath, app, props.externalId),
  });
  project.grant({
    actions: ['sts:AssumeRole'],
    resources: [fetchRoleArn(stage.towpath, app)],
  });
  return project;
}

/** The fields of the secret that holds an app's upload key, and the variables that they become. */
function signing(secretArn: string | undefined): Record<string, SecretField> {
  if (secretArn === undefined) return {};
  const field = (name: string): SecretField => ({ secretArn, field: name });
  return {
    KEYSTORE_BASE64: field('keystore'),
    KEYSTORE_PASSWORD: field('keystorePassword'),
    KEY_ALIAS: field('keyAlias'),
    KEY_PASSWORD: field('keyPassword'),
  };
}

function flutter({ build = {} }: FlutterAppPipelineProps): Record<string, string> {
  if (build.flutter === undefined) return {};
  return { FLUTTER_VERSION: build.flutter.version, FLUTTER_SHA256: build.flutter.sha256 };
}

function escaped(branch: string): string {
  return branch.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
