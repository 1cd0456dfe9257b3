/** The CodeBuild projects of Towpath's own pipeline. */
import { fileURLToPath } from 'node:url';
import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Across } from '../accounts/across.ts';
import { deliveryRoleArn, ownDeployRoleName, QUALIFIER, roleArn } from '../accounts/names.ts';
import type { Environment } from '../environments/environment.ts';
import { artifactFolder, type ArtifactStore } from '../pipelines/artifact-store.ts';
import { Project } from '../pipelines/project.ts';
import { type Repository, useConnection } from '../pipelines/repository.ts';

/** The pipeline's name. */
export const PIPELINE = 'towpath';

/** Debian, which `tests/setup` knows, with a Node.js that it does not have itself. */
const DEBIAN = 'public.ecr.aws/docker/library/node:22-bookworm';
/** Ubuntu with Node.js, jq and the AWS CLI. */
const STANDARD = 'aws/codebuild/standard:7.0';

export interface OwnProjectProps {
  readonly across: Across;
  readonly artifacts: ArtifactStore;
  readonly repository: Repository;
}

/** Tests, then builds the package for every architecture that an environment has. */
export function buildProject(scope: Construct, props: OwnProjectProps): Project {
  const { environments } = props.across.environments;
  const architectures = [...new Set(environments.map(({ architecture }) => architecture))].sort();
  const project = new Project(scope, 'Build', {
    name: `${PIPELINE}-build`,
    description: 'Tests Towpath and builds its package',
    artifacts: props.artifacts,
    folder: artifactFolder(PIPELINE),
    cache: `cache-${PIPELINE}-build`,
    buildspec: buildspec('build'),
    image: DEBIAN,
    computeType: 'BUILD_GENERAL1_LARGE',
    timeoutMinutes: 180,
    variables: { ARCHITECTURES: architectures.join(' ') },
  });
  Validations.of(project.project).acknowledge({
    id: 'AwsSolutions-CB5',
    reason:
      "The tests want Debian's Chromium and Android tools; CodeBuild's own images are Ubuntu, which lacks both.",
  });
  return withSources(props, project);
}

/** Signs the package, and can do nothing else. */
export function signProject(scope: Construct, props: OwnProjectProps, keyArn: string): Project {
  const project = new Project(scope, 'Sign', {
    name: `${PIPELINE}-sign`,
    description: "Signs Towpath's package",
    artifacts: props.artifacts,
    folder: artifactFolder(PIPELINE),
    buildspec: buildspec('sign'),
    image: STANDARD,
    computeType: 'BUILD_GENERAL1_SMALL',
    timeoutMinutes: 10,
    variables: { SIGNING_KEY: keyArn },
  });
  project.grant({
    actions: ['kms:Sign'],
    resources: [keyArn],
    conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
  });
  return withSources(props, project);
}

/** Deploys the package to one environment, and can reach no other. */
export function deployProject(
  scope: Construct,
  props: OwnProjectProps,
  environment: Environment,
): Project {
  const { name, architecture } = environment;
  const role = deliveryRoleArn(environment);
  const project = new Project(scope, `Deploy-${name}`, {
    name: `${PIPELINE}-deploy-${name}`,
    description: `Deploys Towpath to ${name}`,
    roleName: ownDeployRoleName(environment),
    artifacts: props.artifacts,
    folder: artifactFolder(PIPELINE),
    reads: true,
    buildspec: buildspec('deploy'),
    image: STANDARD,
    computeType: 'BUILD_GENERAL1_SMALL',
    timeoutMinutes: 60,
    variables: {
      ENVIRONMENT: name,
      ARCHITECTURE: architecture,
      DELIVERY_ROLE: role,
      EXTERNAL_ID: props.across.operations.externalId,
    },
  });
  project.grant({ actions: ['sts:AssumeRole'], resources: [role] });
  return withSources(props, project);
}

/** Compares the stacks of the operations account, which people deploy, with the sources. */
export function driftProject(scope: Construct, props: OwnProjectProps): Project {
  const { account, region } = props.across.operations;
  const project = new Project(scope, 'Drift', {
    name: `${PIPELINE}-drift`,
    description: 'Tells whether stacks that people deploy differ from the sources',
    artifacts: props.artifacts,
    folder: artifactFolder(PIPELINE),
    reads: true,
    buildspec: buildspec('drift'),
    image: STANDARD,
    computeType: 'BUILD_GENERAL1_SMALL',
    timeoutMinutes: 20,
  });
  project.grant({
    actions: ['sts:AssumeRole'],
    resources: [roleArn(account, `cdk-${QUALIFIER}-lookup-role-${account}-${region}`)],
  });
  return withSources(props, project);
}

/** The source action hands out a clone, so that a package knows its revision; anyone who takes it fetches it by itself. */
function withSources({ repository }: OwnProjectProps, project: Project): Project {
  project.grant(useConnection(repository, ['UseConnection']));
  return project;
}

function buildspec(name: 'build' | 'deploy' | 'drift' | 'sign'): string {
  return fileURLToPath(new URL(`./buildspecs/${name}.yml`, import.meta.url));
}
