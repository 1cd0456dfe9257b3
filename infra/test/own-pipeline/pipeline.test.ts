/** The pipeline that Towpath deploys itself with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { accounts, ENVIRONMENTS, EXTERNAL_ID, OPERATIONS, templates } from '../accounts/world.ts';
import { declarations } from '../pipelines/api-shape.ts';
import { rightsOf } from '../rights.ts';

interface Action {
  readonly actionTypeId: { readonly provider: string };
  readonly configuration: Readonly<Record<string, string>>;
  readonly inputArtifacts?: readonly { readonly name: string }[];
  readonly outputArtifacts?: readonly { readonly name: string }[];
}

interface Stage {
  readonly name: string;
  readonly actions: readonly Action[];
}

const TEMPLATE = templates(accounts()).get('TowpathPipeline') as Template;
const { stages } = declarations(TEMPLATE).get('towpath') as unknown as { readonly stages: Stage[] };

test('it is built once, and goes from environment to environment, each after a person said yes', () => {
  assert.deepEqual(
    stages.map(({ name, actions }) => [name, actions.map((each) => each.actionTypeId.provider)]),
    [
      ['Source', ['CodeStarSourceConnection']],
      ['Build', ['CodeBuild']],
      ['Deploy-dev', ['CodeBuild']],
      ['Gate-preprod', ['Manual']],
      ['Deploy-preprod', ['CodeBuild']],
      ['Gate-prod', ['Manual']],
      ['Deploy-prod', ['CodeBuild']],
      ['Drift', ['CodeBuild']],
    ],
  );
});

test('every deployment gets the one package that was built', () => {
  const deployments = stages.filter(({ name }) => name.startsWith('Deploy-'));
  for (const { name, actions } of deployments) {
    const [action] = actions;
    assert.deepEqual(action?.inputArtifacts, [{ name: 'Sources' }, { name: 'Package' }], name);
    assert.equal(action.configuration['PrimarySource'], 'Sources');
  }
});

test('with a key, a job that does nothing else signs what is deployed', () => {
  const key = `arn:aws:kms:eu-west-1:${OPERATIONS}:key/00000000-0000-0000-0000-000000000000`;
  const signing = ENVIRONMENTS.replace(
    'name = "acme/towpath"',
    `name = "acme/towpath"\nsigning_key_arn = "${key}"`,
  );
  const signed = templates(accounts(signing)).get('TowpathPipeline') as Template;
  const declared = declarations(signed).get('towpath') as unknown as { readonly stages: Stage[] };
  const artifacts = declared.stages
    .slice(1, 4)
    .map(({ name, actions: [action] }) => [
      name,
      action?.inputArtifacts?.map((artifact) => artifact.name),
      action?.outputArtifacts?.map((artifact) => artifact.name),
    ]);
  assert.deepEqual(artifacts, [
    ['Build', ['Sources'], ['Built']],
    ['Sign', ['Sources', 'Built'], ['Package']],
    ['Deploy-dev', ['Sources', 'Package'], []],
  ]);
  const roles = Object.entries(signed.findResources('AWS::IAM::Policy')).filter(([, policy]) =>
    JSON.stringify(policy).includes('"kms:Sign"'),
  );
  assert.deepEqual(
    roles.map(([name]) => name.replace(/[0-9A-F]{8}$/, '')),
    ['SignRoleDefaultPolicy'],
  );
  signed.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Effect: 'Allow',
          Action: 'kms:Sign',
          Resource: key,
          Condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
        },
      ]),
    },
  });
});

test('the job of an environment can deploy there and nowhere else', () => {
  const rights = rightsOf(TEMPLATE, 'towpath-pipeline-prod');
  assert.deepEqual(
    rights.filter((right) => !/^(logs|kms|codeconnections|codestar-connections):/.test(right)),
    [
      's3:GetBucketAcl on arn:<AWS::Partition>:s3:::towpath-artifacts-999999999999-eu-west-1',
      's3:GetBucketLocation on arn:<AWS::Partition>:s3:::towpath-artifacts-999999999999-eu-west-1',
      's3:GetObject on arn:<AWS::Partition>:s3:::towpath-artifacts-999999999999-eu-west-1/towpath/*',
      's3:GetObjectVersion on arn:<AWS::Partition>:s3:::towpath-artifacts-999999999999-eu-west-1/towpath/*',
      'sts:AssumeRole on arn:<AWS::Partition>:iam::333333333333:role/towpath-prod-delivery',
    ],
  );
  assert.deepEqual(
    rights.filter((right) => right.startsWith('kms:')).map((right) => right.split(' ')[0]),
    ['kms:Decrypt'],
  );
  TEMPLATE.hasResourceProperties('AWS::CodeBuild::Project', {
    Name: 'towpath-deploy-prod',
    Environment: {
      EnvironmentVariables: [
        { Name: 'ENVIRONMENT', Value: 'prod', Type: 'PLAINTEXT' },
        { Name: 'ARCHITECTURE', Value: 'arm64', Type: 'PLAINTEXT' },
        {
          Name: 'DELIVERY_ROLE',
          Value: {
            'Fn::Join': [
              '',
              ['arn:', { Ref: 'AWS::Partition' }, ':iam::333333333333:role/towpath-prod-delivery'],
            ],
          },
          Type: 'PLAINTEXT',
        },
        { Name: 'EXTERNAL_ID', Value: EXTERNAL_ID, Type: 'PLAINTEXT' },
      ],
    },
  });
});

test('what people deploy is compared at the end, by a job that can only look it up', () => {
  const [role] = Object.keys(
    TEMPLATE.findResources('AWS::IAM::Role', {
      Properties: { Description: 'What the build towpath-drift may do' },
    }),
  );
  const policies = Object.values(TEMPLATE.findResources('AWS::IAM::Policy')).filter(
    ({ Properties }) =>
      (Properties as { Roles: { Ref: string }[] }).Roles.some(({ Ref }) => Ref === role),
  );
  const text = JSON.stringify(policies);
  assert.deepEqual(text.match(/role\/cdk-[\w-]+/g), [
    'role/cdk-hnb659fds-lookup-role-999999999999-eu-west-1',
  ]);
  assert.doesNotMatch(text, /s3:Put/);
});

test('compiled dependencies are kept for the next build, where only trunk builds write', () => {
  TEMPLATE.hasResourceProperties('AWS::CodeBuild::Project', {
    Name: 'towpath-build',
    Cache: { Type: 'S3', Location: 'towpath-artifacts-999999999999-eu-west-1/cache-towpath-build' },
  });
});

test('the package is built for each architecture that an environment has', () => {
  TEMPLATE.hasResourceProperties('AWS::CodeBuild::Project', {
    Name: 'towpath-build',
    Environment: {
      EnvironmentVariables: [{ Name: 'ARCHITECTURES', Value: 'arm64', Type: 'PLAINTEXT' }],
    },
  });
});
