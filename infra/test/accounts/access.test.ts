/** What an environment's account lets the operations account and its neighbour do there, exactly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Template } from 'aws-cdk-lib/assertions';
import { rightsOf } from '../rights.ts';
import { trustOf } from './trust.ts';
import { ACCOUNTS, accounts, ENVIRONMENTS, EXTERNAL_ID, OPERATIONS, templates } from './world.ts';

const TEMPLATES = templates(accounts());
const PREPROD = TEMPLATES.get('TowpathAccess-preprod') as Template;
const RELEASES = `arn:<AWS::Partition>:s3:::towpath-preprod-releases-${ACCOUNTS.preprod}-eu-west-1`;

const roleNames = (template: Template) =>
  Object.values(template.findResources('AWS::IAM::Role'))
    .map((role) => (role as { Properties: { RoleName: string } }).Properties.RoleName)
    .sort();

test('every role of an account is one of these', () => {
  assert.deepEqual(roleNames(PREPROD), [
    'towpath-preprod-delivery',
    'towpath-preprod-fetch',
    'towpath-preprod-invoke',
    'towpath-preprod-receive',
  ]);
});

test("its pipelines hand jobs to action, and a job reads its pipeline's artifact", () => {
  const artifacts = `arn:<AWS::Partition>:s3:::towpath-artifacts-${OPERATIONS}-eu-west-1/wallet-preprod/*`;
  const viaS3 =
    '{"StringEquals":{"kms:ViaService":{"Fn::Join":["",["s3.eu-west-1.",{"Ref":"AWS::URLSuffix"}]]}}}';
  assert.deepEqual(rightsOf(PREPROD, 'towpath-preprod-invoke'), [
    `kms:Decrypt on arn:<AWS::Partition>:kms:eu-west-1:${OPERATIONS}:key/* if ${viaS3}`,
    `lambda:InvokeFunction on arn:<AWS::Partition>:lambda:eu-west-1:${ACCOUNTS.preprod}:function:towpath-preprod-action`,
    `s3:GetObject on ${artifacts}`,
    `s3:GetObjectVersion on ${artifacts}`,
  ]);
  // CodePipeline takes the role on, and knows no external id; the pipeline's own role is what it is known by.
  assert.deepEqual(trustOf(PREPROD, 'towpath-preprod-invoke'), [
    { account: OPERATIONS, roles: ['wallet-preprod-pipeline'] },
  ]);
});

test('the deployment jobs of its pipelines fetch builds', () => {
  assert.deepEqual(rightsOf(PREPROD, 'towpath-preprod-fetch'), [
    `s3:GetObject on ${RELEASES}/artifacts/*`,
    `s3:ListBucket on ${RELEASES} if {"StringLike":{"s3:prefix":"artifacts/*"}}`,
  ]);
  assert.deepEqual(trustOf(PREPROD, 'towpath-preprod-fetch'), [
    { account: OPERATIONS, roles: ['wallet-preprod-deploy'], externalId: EXTERNAL_ID },
  ]);
});

test("Towpath's own pipeline deploys by the roles of cdk bootstrap, and looks at what runs", () => {
  const bootstrapped = (purpose: string) =>
    `sts:AssumeRole on arn:<AWS::Partition>:iam::${ACCOUNTS.preprod}:role/cdk-hnb659fds-${purpose}-role-${ACCOUNTS.preprod}-eu-west-1`;
  assert.deepEqual(rightsOf(PREPROD, 'towpath-preprod-delivery'), [
    `cloudformation:DescribeStacks on arn:<AWS::Partition>:cloudformation:eu-west-1:${ACCOUNTS.preprod}:stack/CDKToolkit/*`,
    `cloudformation:DescribeStacks on arn:<AWS::Partition>:cloudformation:eu-west-1:${ACCOUNTS.preprod}:stack/Towpath-preprod/*`,
    'lambda:GetAccountSettings on *',
    `lambda:GetFunctionConfiguration on arn:<AWS::Partition>:lambda:eu-west-1:${ACCOUNTS.preprod}:function:towpath-preprod-web`,
    `s3:PutObject on arn:<AWS::Partition>:s3:::towpath-preprod-assets-${ACCOUNTS.preprod}-eu-west-1/assets/*`,
    bootstrapped('deploy'),
    bootstrapped('file-publishing'),
    bootstrapped('lookup'),
  ]);
  assert.deepEqual(trustOf(PREPROD, 'towpath-preprod-delivery'), [
    { account: OPERATIONS, roles: ['towpath-pipeline-preprod'], externalId: EXTERNAL_ID },
  ]);
});

test('the environment before it puts promoted builds there, and deletes nothing', () => {
  assert.deepEqual(
    rightsOf(PREPROD, 'towpath-preprod-receive'),
    ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'].flatMap((action) =>
      ['artifacts', 'icons'].map((folder) => `${action} on ${RELEASES}/${folder}/*`),
    ),
  );
  assert.deepEqual(trustOf(PREPROD, 'towpath-preprod-receive'), [
    {
      account: ACCOUNTS.dev,
      roles: ['towpath-dev-web', 'towpath-dev-action', 'towpath-dev-clock'],
      externalId: EXTERNAL_ID,
    },
  ]);
  assert.ok(
    !roleNames(TEMPLATES.get('TowpathAccess-dev') as Template).includes('towpath-dev-receive'),
  );
});

test('neighbours in one account, and pipelines beside them, need no door between', () => {
  const one = Object.values(ACCOUNTS).reduce(
    (toml, account) => toml.replaceAll(account, OPERATIONS),
    ENVIRONMENTS,
  );
  const access = templates(accounts(one)).get('TowpathAccess-preprod') as Template;
  assert.deepEqual(roleNames(access), ['towpath-preprod-delivery', 'towpath-preprod-fetch']);
});

test('without a repository nobody delivers', () => {
  const own = /\[operations\.repository\][^[]*/;
  const access = templates(accounts(ENVIRONMENTS.replace(own, ''))).get(
    'TowpathAccess-prod',
  ) as Template;
  assert.ok(!roleNames(access).includes('towpath-prod-delivery'));
});
