/** The operations account: who may do what there, exactly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { rightsOf } from '../rights.ts';
import {
  ACCOUNTS,
  accounts,
  CONFIGURATION,
  ENVIRONMENTS,
  EXTERNAL_ID,
  OPERATIONS,
  templates,
} from './world.ts';
import { trustOf } from './trust.ts';

const TEMPLATES = templates(accounts());
const OPERATIONS_STACK = TEMPLATES.get('TowpathOperations') as Template;

test('an environment starts and asks its own pipelines, by its web and clock functions', () => {
  const pipeline = `arn:<AWS::Partition>:codepipeline:eu-west-1:${OPERATIONS}:wallet-preprod`;
  assert.deepEqual(rightsOf(OPERATIONS_STACK, 'towpath-preprod-promotions'), [
    `codepipeline:GetPipelineExecution on ${pipeline}`,
    `codepipeline:GetPipelineState on ${pipeline}`,
    `codepipeline:ListActionExecutions on ${pipeline}`,
    `codepipeline:ListPipelineExecutions on ${pipeline}`,
    `codepipeline:PutApprovalResult on ${pipeline}/*/*`,
    `codepipeline:RetryStageExecution on ${pipeline}/*`,
    `codepipeline:RollbackStage on ${pipeline}/*`,
    `codepipeline:StartPipelineExecution on ${pipeline}`,
  ]);
  assert.deepEqual(trustOf(OPERATIONS_STACK, 'towpath-preprod-promotions'), [
    {
      account: ACCOUNTS.preprod,
      roles: ['towpath-preprod-web', 'towpath-preprod-clock'],
      externalId: EXTERNAL_ID,
    },
  ]);
});

test('an environment asks about jobs and answers them by action and unanswered, and can do nothing else with that role', () => {
  const pipeline = `arn:<AWS::Partition>:codepipeline:eu-west-1:${OPERATIONS}:wallet-prod`;
  assert.deepEqual(rightsOf(OPERATIONS_STACK, 'towpath-prod-jobs'), [
    'codepipeline:GetJobDetails on *',
    `codepipeline:GetPipelineExecution on ${pipeline}`,
    `codepipeline:ListActionExecutions on ${pipeline}`,
    'codepipeline:PutJobFailureResult on *',
    'codepipeline:PutJobSuccessResult on *',
  ]);
  assert.deepEqual(trustOf(OPERATIONS_STACK, 'towpath-prod-jobs'), [
    {
      account: ACCOUNTS.prod,
      roles: ['towpath-prod-action', 'towpath-prod-unanswered'],
      externalId: EXTERNAL_ID,
    },
  ]);
});

test("a job of another account reads its own pipeline's folder, and decrypts it through S3 alone", () => {
  const reader = {
    Principal: { AWS: Match.objectLike({}) },
    Condition: Match.objectLike({
      ArnEquals: { 'aws:PrincipalArn': Match.anyValue() },
    }),
    Effect: 'Allow',
  };
  OPERATIONS_STACK.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          ...reader,
          Sid: 'prodArtifacts',
          Action: ['s3:GetObject', 's3:GetObjectVersion'],
          Resource: { 'Fn::Join': ['', [Match.anyValue(), '/wallet-prod/*']] },
        },
      ]),
    },
  });
  OPERATIONS_STACK.hasResourceProperties('AWS::KMS::Key', {
    EnableKeyRotation: true,
    KeyPolicy: {
      Statement: Match.arrayWith([
        {
          ...reader,
          Sid: 'prodKey',
          Action: 'kms:Decrypt',
          Resource: '*',
          Condition: Match.objectLike({
            StringEquals: {
              'kms:ViaService': { 'Fn::Join': ['', ['s3.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] },
            },
          }),
        },
      ]),
    },
  });
});

test('the artifact bucket is private, encrypted by its own key, TLS only, and forgets', () => {
  OPERATIONS_STACK.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: Match.objectLike({
      BucketName: `towpath-artifacts-${OPERATIONS}-eu-west-1`,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }),
          }),
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [Match.objectLike({ ExpirationInDays: 90, Status: 'Enabled' })],
      },
    }),
  });
  OPERATIONS_STACK.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    },
  });
});

test("what is reported here goes on to each environment's own bus", () => {
  OPERATIONS_STACK.resourceCountIs('AWS::Events::Rule', 3);
  OPERATIONS_STACK.hasResourceProperties('AWS::Events::Rule', {
    Name: 'towpath-dev-forwarding',
    EventPattern: Match.objectLike({
      account: [OPERATIONS],
      source: ['aws.codepipeline', 'aws.codebuild', 'aws.ecr', 'aws.codeartifact'],
    }),
    Targets: [
      Match.objectLike({
        Arn: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              `:events:eu-west-1:${ACCOUNTS.dev}:event-bus/towpath-dev-reports`,
            ],
          ],
        },
        RoleArn: Match.anyValue(),
        DeadLetterConfig: Match.anyValue(),
      }),
    ],
  });
  assert.deepEqual(rightsOf(OPERATIONS_STACK, 'towpath-dev-forwarding'), [
    `events:PutEvents on arn:<AWS::Partition>:events:eu-west-1:${ACCOUNTS.dev}:event-bus/towpath-dev-reports`,
  ]);
});

test("an environment in the operations account needs no role there: its functions' own rights reach", () => {
  const shared = ENVIRONMENTS.replace(ACCOUNTS.dev, OPERATIONS);
  const operations = templates(accounts(shared)).get('TowpathOperations') as Template;
  const names = Object.values(operations.findResources('AWS::IAM::Role')).map(
    (role) => (role as { Properties: { RoleName: string } }).Properties.RoleName,
  );
  assert.deepEqual(
    names.filter((name) => name.startsWith('towpath-dev-')),
    [],
  );
});

test('an environment without pipelines there gets no role there', () => {
  const configuration = CONFIGURATION.replaceAll('"preprod"', '"elsewhere"');
  const made = templates(accounts(ENVIRONMENTS, configuration));
  const roles = JSON.stringify(made.get('TowpathOperations')?.findResources('AWS::IAM::Role'));
  assert.doesNotMatch(roles, /towpath-preprod-(promotions|jobs)/);
});

test('without [operations] there is nothing to deploy beside Towpath itself', () => {
  const [, ...environments] = ENVIRONMENTS.split('[[environments]]');
  const alone = environments.map((table) => `[[environments]]${table}`).join('');
  assert.deepEqual([...templates(accounts(alone)).keys()], []);
});
