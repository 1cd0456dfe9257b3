import { Annotations, Aws, Stack, type StackProps } from 'aws-cdk-lib';
import { type IPrincipal, PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Environment } from '../environments/environment.ts';
import { artifactFolder } from '../pipelines/artifact-store.ts';
import { explain, give, type Right, statements } from '../pipelines/rights.ts';
import { bucketName } from '../releases/bucket.ts';
import { stackName } from '../stack.ts';
import { type Across, appsOf, pipelinesOf, sender } from './across.ts';
import { artifactBucketName } from './artifacts.ts';
import {
  deliveryRoleName,
  deployRoleArn,
  fetchRoleName,
  functionRoleArn,
  invokeRoleName,
  ownDeployRoleName,
  pipelineRoleArn,
  QUALIFIER,
  receiveRoleName,
  roleArn,
  sharedFetchRoleName,
} from './names.ts';
import { trusting } from './trust.ts';

/** So many apps an environment takes from the operations account: each has a role, and a stack takes 500 resources. */
export const MOST_APPS = 480;

/** What an environment's account lets others do there: the pipelines of the operations account, and its neighbour. */
export class AccessStack extends Stack {
  private readonly across: Across;
  private readonly place: Environment;

  constructor(scope: Construct, across: Across, environment: Environment, props: StackProps = {}) {
    const { account, region, name } = environment;
    super(scope, `TowpathAccess-${name}`, {
      description: `Towpath: what other accounts may do in ${name}`,
      env: { account, region },
      ...props,
    });
    this.across = across;
    this.place = environment;
    const pipelines = pipelinesOf(across, environment);
    if (pipelines.length > 0) {
      if (account !== across.operations.account) this.invoke(pipelines);
      if (across.operations.sharedFetchRole) this.sharedFetch(pipelines);
      this.fetch(appsOf(across, environment));
    }
    if (across.operations.repository) this.delivery();
    const from = sender(across.environments, environment);
    if (from) this.receive(from);
  }

  /** A pipeline hands a job to `action`, and the job reads the pipeline's artifact. CodePipeline knows no external id. */
  private invoke(pipelines: readonly string[]): void {
    const { operations } = this.across;
    const artifacts = `arn:${Aws.PARTITION}:s3:::${artifactBucketName(this.across)}`;
    this.role(
      'Invoke',
      invokeRoleName(this.place),
      "Pipelines of the operations account: hand jobs to Towpath's action function",
      trusting(
        operations.account,
        pipelines.map((name) => pipelineRoleArn(operations.account, name)),
      ),
      [
        {
          actions: ['lambda:InvokeFunction'],
          resources: [
            `arn:${Aws.PARTITION}:lambda:${this.region}:${this.account}:function:towpath-${this.place.name}-action`,
          ],
        },
        {
          actions: ['s3:GetObject', 's3:GetObjectVersion'],
          resources: pipelines.map((name) => `${artifacts}/${artifactFolder(name)}/*`),
          because: 'CodePipeline names what lies in the folder of a pipeline.',
        },
        {
          actions: ['kms:Decrypt'],
          resources: [`arn:${Aws.PARTITION}:kms:${operations.region}:${operations.account}:key/*`],
          because:
            "The key's identifier comes to be with it. Which key it is, its own policy says, which admits this role.",
          conditions: {
            StringEquals: { 'kms:ViaService': `s3.${operations.region}.${Aws.URL_SUFFIX}` },
          },
        },
      ],
    );
  }

  /** A deployment job of an app fetches the build that it deploys, with a role that reads the builds of that app alone. */
  private fetch(apps: readonly string[]): void {
    const { name } = this.place;
    if (apps.length > MOST_APPS)
      throw new Error(
        `towpath.toml: pipelines of ${apps.length} apps feed ${name}, and TowpathAccess-${name} takes ${MOST_APPS}: one role an app, and CloudFormation takes 500 resources in a stack. Feed some from another environment (docs/accounts.md)`,
      );
    for (const app of apps) {
      const rights = this.fetching(`artifacts/${app}/*`);
      const role = new Role(this, `Fetch-${app}`, {
        roleName: fetchRoleName(this.place, app),
        description: `Deployment jobs of ${app} in the operations account: fetch its builds by their digest`,
        assumedBy: this.deploymentJobs(pipelinesOf(this.across, this.place, app)),
        // In the role itself: a policy beside it would be one more resource for each app.
        inlinePolicies: { fetch: new PolicyDocument({ statements: statements(rights) }) },
      });
      explain(role, rights);
    }
  }

  /** The role of before there was one for each app, for pipelines that still name it. */
  private sharedFetch(pipelines: readonly string[]): void {
    const roleName = sharedFetchRoleName(this.place);
    this.role(
      'Fetch',
      roleName,
      'Deployment jobs of the operations account: fetch builds by their digest',
      this.deploymentJobs(pipelines),
      this.fetching('artifacts/*'),
    );
    Annotations.of(this).addWarningV2(
      `towpath:shared-fetch-role:${this.place.name}`,
      `with ${roleName}, the deployment jobs of every app read the builds of all. When every app's pipelines were deployed with this version, so that they name a role of their own, write shared_fetch_role = false under [operations] (docs/upgrading.md)`,
    );
  }

  private deploymentJobs(pipelines: readonly string[]): IPrincipal {
    const { account, externalId } = this.across.operations;
    const roles = pipelines.map((name) => deployRoleArn(account, name));
    return trusting(account, roles, externalId);
  }

  private fetching(keys: string): Right[] {
    const releases = `arn:${Aws.PARTITION}:s3:::${bucketName(this.place, 'releases')}`;
    return [
      {
        actions: ['s3:GetObject'],
        resources: [`${releases}/${keys}`],
        because: 'Which digest a job deploys, the promotion says.',
      },
      {
        actions: ['s3:ListBucket'],
        resources: [releases],
        conditions: { StringLike: { 's3:prefix': keys } },
      },
    ];
  }

  /**
   * Towpath's own pipeline deploys the environment's stack as a person does: through the roles of `cdk bootstrap`, with the
   * calls that `lib/operating` makes beside them.
   */
  private delivery(): void {
    const { account, externalId } = this.across.operations;
    const { name } = this.place;
    const bootstrapped = ['deploy', 'file-publishing', 'lookup'].map((purpose) =>
      roleArn(this.account, `cdk-${QUALIFIER}-${purpose}-role-${this.account}-${this.region}`),
    );
    this.role(
      'Delivery',
      deliveryRoleName(this.place),
      "Towpath's own pipeline: deploys Towpath here",
      trusting(account, [roleArn(account, ownDeployRoleName(this.place))], externalId),
      [
        { actions: ['sts:AssumeRole'], resources: bootstrapped },
        {
          actions: ['cloudformation:DescribeStacks'],
          resources: [stackName(name), 'CDKToolkit'].map(
            (stack) =>
              `arn:${Aws.PARTITION}:cloudformation:${this.region}:${this.account}:stack/${stack}/*`,
          ),
          because: 'CloudFormation adds an identifier to the name of a stack.',
        },
        {
          actions: ['s3:PutObject'],
          resources: [`arn:${Aws.PARTITION}:s3:::${bucketName(this.place, 'assets')}/assets/*`],
          because: "The names of the pages' assets hold their hashes.",
        },
        {
          actions: ['lambda:GetFunctionConfiguration'],
          resources: [
            `arn:${Aws.PARTITION}:lambda:${this.region}:${this.account}:function:towpath-${name}-web`,
          ],
        },
        {
          actions: ['lambda:GetAccountSettings'],
          resources: ['*'],
          because: "The account's quotas belong to no resource.",
        },
      ],
    );
  }

  /** The environment before this one puts promoted builds here, and reads them back to check their digests. */
  private receive(from: Environment): void {
    const { externalId } = this.across.operations;
    const releases = `arn:${Aws.PARTITION}:s3:::${bucketName(this.place, 'releases')}`;
    this.role(
      'Receive',
      receiveRoleName(this.place),
      `Towpath in ${from.name}: puts promoted builds here`,
      trusting(
        from.account,
        (['web', 'action', 'clock'] as const).map((handler) => functionRoleArn(from, handler)),
        externalId,
      ),
      [
        {
          actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
          resources: [`${releases}/artifacts/*`, `${releases}/icons/*`],
          because: 'Objects are named after digests.',
        },
      ],
    );
  }

  private role(
    id: string,
    roleName: string,
    description: string,
    assumedBy: IPrincipal,
    rights: readonly Right[],
  ): void {
    const role = new Role(this, id, { roleName, description, assumedBy });
    give(role, rights);
  }
}
