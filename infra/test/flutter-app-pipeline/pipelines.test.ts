/** The pipelines of a Flutter app, as their template declares them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib';
import { walletPipelines } from '../../lib/flutter-app-pipeline/example.ts';
import { FlutterAppPipeline } from '../../lib/flutter-app-pipeline/flutter-app-pipeline.ts';
import { declarations } from '../pipelines/api-shape.ts';
import { rightsOf } from '../rights.ts';

interface Action {
  readonly name: string;
  readonly namespace?: string;
  readonly roleArn?: string;
  readonly configuration: Readonly<Record<string, string>>;
}

interface Declaration {
  readonly executionMode: string;
  readonly variables?: readonly { readonly name: string; readonly defaultValue?: string }[];
  readonly triggers?: unknown;
  readonly stages: readonly { readonly name: string; readonly actions: readonly Action[] }[];
}

const { template } = walletPipelines().synth().getStackByName('WalletPipelines') as {
  readonly template: Record<string, unknown>;
};
const TEMPLATE = Template.fromJSON(template);
const PIPELINES = declarations(TEMPLATE);
const pipeline = (name: string) => PIPELINES.get(name) as unknown as Declaration;

const stages = (name: string) => pipeline(name).stages.map((stage) => stage.name);
const action = (name: string, stage: string): Action => {
  const found = pipeline(name).stages.find((each) => each.name === stage)?.actions[0];
  assert.ok(found, `${name} has no stage ${stage}`);
  return found;
};
const parameters = (name: string, stage: string): unknown =>
  JSON.parse(action(name, stage).configuration['UserParameters'] ?? '');

test('there is one pipeline for each environment of the path', () => {
  assert.deepEqual([...PIPELINES.keys()].sort(), ['wallet-dev', 'wallet-preprod', 'wallet-prod']);
  assert.deepEqual(stages('wallet-dev'), ['Source', 'Test', 'Build', 'Register']);
  assert.deepEqual(stages('wallet-prod'), ['Source', 'Gate', 'Deploy', 'Release']);
});

test('a push to the trunk starts the first; only a promotion or a person starts the others', () => {
  assert.deepEqual(pipeline('wallet-dev').triggers, [
    {
      providerType: 'CodeStarSourceConnection',
      gitConfiguration: {
        sourceActionName: 'Source',
        push: [{ branches: { includes: ['main'] } }],
      },
    },
  ]);
  for (const name of PIPELINES.keys())
    assert.equal(action(name, 'Source').configuration['DetectChanges'], 'false');
  assert.equal(pipeline('wallet-prod').triggers, undefined);
  assert.equal(pipeline('wallet-prod').executionMode, 'QUEUED');
});

test('the first registers what it built, and says which run made it', () => {
  assert.deepEqual(parameters('wallet-dev', 'Register'), {
    do: 'register',
    app: 'wallet',
    environment: 'dev',
    pipeline: 'wallet-dev',
    execution: '#{codepipeline.PipelineExecutionId}',
  });
});

test('the others take what a promotion says, and hand it to the gate and to the release', () => {
  const { variables } = pipeline('wallet-preprod');
  assert.deepEqual(
    variables?.map(({ name }) => name),
    ['build', 'version', 'sha256', 'digests', 'promotion'],
  );
  assert.deepEqual(
    variables.filter(({ defaultValue }) => defaultValue === undefined).map(({ name }) => name),
    ['build', 'sha256'],
  );
  const told = {
    app: 'wallet',
    environment: 'preprod',
    build: '#{variables.build}',
    promotion: '#{variables.promotion}',
    pipeline: 'wallet-preprod',
    execution: '#{codepipeline.PipelineExecutionId}',
  };
  assert.deepEqual(parameters('wallet-preprod', 'Gate'), { do: 'gate', ...told });
  assert.deepEqual(parameters('wallet-preprod', 'Release'), { do: 'release', ...told });
});

test('a deployment gets the digests that the gate knows of the build', () => {
  const given: unknown = JSON.parse(
    action('wallet-prod', 'Deploy').configuration['EnvironmentVariables'] ?? '',
  );
  assert.deepEqual(
    given,
    Object.entries({
      APP: 'wallet',
      ENVIRONMENT: 'prod',
      BUILD: '#{variables.build}',
      VERSION: '#{variables.version}',
      DIGESTS: '#{Gate.digests}',
    }).map(([name, value]) => ({ name, value, type: 'PLAINTEXT' })),
  );
});

test('a first environment that deploys is released once that is done', () => {
  const app = new App();
  const stack = new Stack(app, 'Own', { env: { account: '111111111111', region: 'eu-west-1' } });
  new FlutterAppPipeline(stack, 'Wallet', {
    app: 'wallet',
    repository: {
      connectionArn: 'arn:aws:codestar-connections:eu-west-1:111111111111:connection/1',
      name: 'a/b',
    },
    artifacts: { bucketName: 'artifacts', keyArn: 'arn:aws:kms:eu-west-1:111111111111:key/1' },
    externalId: 'an external id of ours',
    path: [
      {
        environment: 'dev',
        towpath: { name: 'dev', account: '111111111111', region: 'eu-west-1' },
        deploys: true,
      },
    ],
  });
  const template = Template.fromStack(stack);
  const declared = declarations(template).get('wallet-dev') as unknown as Declaration;
  assert.deepEqual(
    declared.stages.map(({ name }) => name),
    ['Source', 'Test', 'Build', 'Register', 'Deploy', 'Release'],
  );
  const [register, release] = ['Register', 'Release'].map((stage) => {
    const found = declared.stages.find(({ name }) => name === stage)?.actions[0];
    return JSON.parse(found?.configuration['UserParameters'] ?? '') as Record<string, string>;
  });
  assert.equal(register?.['environment'], undefined, 'registered, but released nowhere yet');
  assert.equal(release?.['build'], '#{Registered.build_id}');
  // In Towpath's own account the pipeline invokes the function by itself.
  assert.ok(
    rightsOf(template, 'wallet-dev-pipeline').includes(
      'lambda:InvokeFunction on arn:<AWS::Partition>:lambda:eu-west-1:111111111111:function:towpath-dev-action',
    ),
  );
  assert.ok(
    rightsOf(template, 'wallet-dev-pipeline').some((right) =>
      right.startsWith('codestar-connections:UseConnection on '),
    ),
  );
});

/** By both of the service's names, on the connection's ARN in both forms. */
function useConnection(here: string): string[] {
  const services = ['codeconnections', 'codestar-connections'];
  return services.flatMap((action) =>
    services.map(
      (resource) =>
        `${action}:UseConnection on arn:aws:${resource}:${here}:connection/00000000-0000-0000-0000-000000000000`,
    ),
  );
}

test('a pipeline may do what its actions need, and nothing else', () => {
  const here = 'eu-west-1:999999999999';
  const project = 'arn:<AWS::Partition>:codebuild:<AWS::Region>:<AWS::AccountId>:project';
  const builds = [`${project}/wallet-build`, `${project}/wallet-tests`];
  const bucket = 'arn:<AWS::Partition>:s3:::towpath-artifacts-999999999999-eu-west-1';
  const key = `arn:aws:kms:${here}:key/00000000-0000-0000-0000-000000000000`;
  assert.deepEqual(
    rightsOf(TEMPLATE, 'wallet-dev-pipeline'),
    [
      ...['BatchGetBuilds', 'StartBuild', 'StopBuild'].flatMap((action) =>
        builds.map((build) => `codebuild:${action} on ${build}`),
      ),
      ...useConnection(here),
      `kms:Decrypt on ${key}`,
      `kms:DescribeKey on ${key}`,
      `kms:Encrypt on ${key}`,
      `kms:GenerateDataKey on ${key}`,
      `s3:GetBucketAcl on ${bucket}`,
      `s3:GetBucketLocation on ${bucket}`,
      `s3:GetBucketVersioning on ${bucket}`,
      `s3:GetObject on ${bucket}/wallet-dev/*`,
      `s3:GetObjectVersion on ${bucket}/wallet-dev/*`,
      `s3:GetObjectTagging on ${bucket}/wallet-dev/*`,
      `s3:GetObjectVersionTagging on ${bucket}/wallet-dev/*`,
      `s3:PutObject on ${bucket}/wallet-dev/*`,
      `s3:PutObjectAcl on ${bucket}/wallet-dev/*`,
      `s3:PutObjectTagging on ${bucket}/wallet-dev/*`,
      'sts:AssumeRole on arn:<AWS::Partition>:iam::111111111111:role/towpath-dev-invoke',
    ].sort(),
  );
  assert.equal(
    action('wallet-dev', 'Register').roleArn,
    'arn:aws:iam::111111111111:role/towpath-dev-invoke',
  );
});

interface ServiceRole {
  readonly Properties: {
    readonly AssumeRolePolicyDocument: {
      readonly Statement: readonly {
        readonly Principal: { readonly Service: string };
        readonly Condition?: unknown;
      }[];
    };
  };
}

/** The actions on the artifact store that the roles of a service have, by the role's logical name. */
function storeActions(service: string): Map<string, string> {
  const roles = TEMPLATE.findResources('AWS::IAM::Role') as Record<string, ServiceRole>;
  const trusting = Object.entries(roles)
    .filter(([, { Properties }]) =>
      Properties.AssumeRolePolicyDocument.Statement.some(
        ({ Principal }) => Principal.Service === service,
      ),
    )
    .map(([name]) => name);
  return new Map(trusting.map((role) => [role, actionsOf(role)]));
}

function actionsOf(role: string): string {
  return Object.values(TEMPLATE.findResources('AWS::IAM::Policy'))
    .map(({ Properties }) => Properties as { Roles: { Ref: string }[]; PolicyDocument: unknown })
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === role))
    .map(({ PolicyDocument }) => JSON.stringify(PolicyDocument))
    .join('');
}

test('only pipelines write ACLs and tags; builds look at the bucket that they read', () => {
  const pipelines = storeActions('codepipeline.amazonaws.com');
  assert.equal(pipelines.size, 3);
  for (const [role, actions] of pipelines) assert.match(actions, /s3:PutObjectAcl/, role);
  const builds = storeActions('codebuild.amazonaws.com');
  assert.equal(builds.size, 5);
  for (const [role, actions] of builds) {
    assert.doesNotMatch(actions, /s3:\w*(Acl|Tagging)\b(?<!GetBucketAcl)/, role);
    if (actions.includes('s3:GetObject'))
      assert.match(actions, /"s3:GetBucketAcl","s3:GetBucketLocation"/, role);
  }
});

test('a service takes a role on for this account alone', () => {
  const roles = Object.entries(TEMPLATE.findResources('AWS::IAM::Role')) as [string, ServiceRole][];
  assert.equal(roles.length, 8);
  for (const [name, { Properties }] of roles)
    for (const { Condition } of Properties.AssumeRolePolicyDocument.Statement)
      assert.deepEqual(
        Condition,
        { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        name,
      );
});

test('what was not reviewed yet runs without the key, the cache and the artifacts of releases', () => {
  TEMPLATE.hasResourceProperties('AWS::CodeBuild::Project', {
    Name: 'wallet-checks',
    Source: Match.objectLike({
      Type: 'GITHUB',
      Location: 'https://github.com/acme/wallet.git',
      ReportBuildStatus: true,
    }),
    Cache: { Type: 'NO_CACHE' },
    Artifacts: { Type: 'NO_ARTIFACTS' },
    Environment: Match.objectLike({ EnvironmentVariables: [] }),
    Triggers: {
      Webhook: true,
      FilterGroups: [
        [
          {
            Type: 'EVENT',
            Pattern: 'PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED',
          },
          { Type: 'BASE_REF', Pattern: '^refs/heads/main$' },
        ],
      ],
      PullRequestBuildPolicy: { RequiresCommentApproval: 'FORK_PULL_REQUESTS' },
    },
  });
  const [role] = Object.keys(
    TEMPLATE.findResources('AWS::IAM::Role', {
      Properties: { Description: 'What the build wallet-checks may do' },
    }),
  );
  const actions = actionsOf(role ?? '');
  assert.match(actions, /codebuild:CreateReport/);
  assert.doesNotMatch(actions, /s3:|kms:|secretsmanager:|sts:/);
});

test('what is fetched to test the app meets no secret, and leaves nothing in the cache of the build', () => {
  TEMPLATE.hasResourceProperties('AWS::CodeBuild::Project', {
    Name: 'wallet-tests',
    Cache: { Type: 'S3', Location: Match.stringLikeRegexp('/cache-wallet-tests$') },
    Environment: Match.objectLike({ EnvironmentVariables: [] }),
  });
  const [role] = Object.keys(
    TEMPLATE.findResources('AWS::IAM::Role', {
      Properties: { Description: 'What the build wallet-tests may do' },
    }),
  );
  const actions = actionsOf(role ?? '');
  assert.match(actions, /s3:PutObject/);
  assert.doesNotMatch(actions, /secretsmanager:|sts:|cache-wallet-build/);
});

test('the build signs with the app’s own key, which it is shown as a secret', () => {
  TEMPLATE.hasResourceProperties('AWS::CodeBuild::Project', {
    Name: 'wallet-build',
    Environment: Match.objectLike({
      PrivilegedMode: Match.absent(),
      EnvironmentVariables: Match.arrayWith([
        {
          Name: 'KEYSTORE_PASSWORD',
          Type: 'SECRETS_MANAGER',
          Value: Match.stringLikeRegexp('^arn:aws:secretsmanager:.*:keystorePassword$'),
        },
      ]),
    }),
  });
});

test('a stack of no known account is refused, for the roles depend on it', () => {
  assert.throws(
    () =>
      new FlutterAppPipeline(new Stack(new App(), 'Anywhere'), 'Wallet', {
        app: 'wallet',
        repository: {
          connectionArn: 'arn:aws:codeconnections:eu-west-1:1:connection/1',
          name: 'a/b',
        },
        artifacts: { bucketName: 'artifacts', keyArn: 'arn:aws:kms:eu-west-1:1:key/1' },
        externalId: 'an external id of ours',
        path: [{ environment: 'dev', towpath: { name: 'dev', account: '1', region: 'eu-west-1' } }],
      }),
    /needs an account/,
  );
});

test('a name that IAM would not take is refused', () => {
  const stack = new Stack(new App(), 'Long', {
    env: { account: '111111111111', region: 'eu-west-1' },
  });
  assert.throws(
    () =>
      new FlutterAppPipeline(stack, 'Wallet', {
        app: 'a'.repeat(60),
        repository: {
          connectionArn: 'arn:aws:codeconnections:eu-west-1:1:connection/1',
          name: 'a/b',
        },
        artifacts: { bucketName: 'artifacts', keyArn: 'arn:aws:kms:eu-west-1:1:key/1' },
        externalId: 'an external id of ours',
        path: [
          {
            environment: 'dev',
            towpath: { name: 'dev', account: '111111111111', region: 'eu-west-1' },
          },
        ],
      }),
    /IAM takes at most 64/,
  );
});
