/** What an environment's account lets the operations account and its neighbour do there, exactly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { MOST_APPS } from '../../lib/accounts/access-stack.ts';
import { fetchRoleName } from '../../lib/accounts/names.ts';
import { rightsOf } from '../rights.ts';
import { trustOf } from './trust.ts';
import {
  ACCOUNTS,
  accounts,
  CONFIGURATION,
  ENVIRONMENTS,
  EXTERNAL_ID,
  OPERATIONS,
  templates,
} from './world.ts';

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
    'towpath-preprod-fetch-wallet',
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

const pipeline = (name: string, app: string) =>
  `\n[[pipelines]]\nsource = "codepipeline"\nname = "${name}"\napp = "${app}"\nenvironment = "preprod"\n`;

test("the deployment jobs of an app's pipelines fetch builds of that app alone", () => {
  const more = CONFIGURATION + pipeline('shop-preprod', 'shop') + pipeline('wallet-beta', 'wallet');
  const access = templates(accounts(ENVIRONMENTS, more)).get('TowpathAccess-preprod') as Template;
  for (const [app, pipelines] of [
    ['shop', ['shop-preprod']],
    ['wallet', ['wallet-beta', 'wallet-preprod']],
  ] as const) {
    assert.deepEqual(rightsOf(access, `towpath-preprod-fetch-${app}`), [
      `s3:GetObject on ${RELEASES}/artifacts/${app}/*`,
      `s3:ListBucket on ${RELEASES} if {"StringLike":{"s3:prefix":"artifacts/${app}/*"}}`,
    ]);
    assert.deepEqual(trustOf(access, `towpath-preprod-fetch-${app}`), [
      {
        account: OPERATIONS,
        roles: pipelines.map((name) => `${name}-deploy`),
        externalId: EXTERNAL_ID,
      },
    ]);
  }
});

const SHARED = ENVIRONMENTS.replace('shared_fetch_role = false\n', '');

test('without a word in environments.toml there is the role of before, too, and a warning', () => {
  assert.notEqual(SHARED, ENVIRONMENTS);
  const app = accounts(SHARED);
  const access = templates(app).get('TowpathAccess-preprod') as Template;
  assert.deepEqual(rightsOf(access, 'towpath-preprod-fetch'), [
    `s3:GetObject on ${RELEASES}/artifacts/*`,
    `s3:ListBucket on ${RELEASES} if {"StringLike":{"s3:prefix":"artifacts/*"}}`,
  ]);
  assert.deepEqual(trustOf(access, 'towpath-preprod-fetch'), [
    { account: OPERATIONS, roles: ['wallet-preprod-deploy'], externalId: EXTERNAL_ID },
  ]);
  assert.ok(roleNames(access).includes('towpath-preprod-fetch-wallet'));
  const stack = app.node.findChild('TowpathAccess-preprod');
  assert(Stack.isStack(stack));
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('shared_fetch_role = false'));
});

test('a role has a name that IAM takes, and of long ones no two have the same', () => {
  const to = { name: 'abcdefghijklmnop', account: OPERATIONS };
  const long = 'a'.repeat(39);
  const names = [`${long}b`, `${long}c`, long].map((app) => fetchRoleName(to, app));
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^towpath-abcdefghijklmnop-fetch-[\w-]{1,33}$/);
});

test('as many apps as a stack takes have a role each, and more are refused before anything is deployed', () => {
  const apps = (count: number) =>
    Array.from({ length: count }, (_, number) => pipeline(`p${number}`, `app-${number}`)).join('');
  const access = templates(accounts(ENVIRONMENTS, apps(MOST_APPS))).get(
    'TowpathAccess-preprod',
  ) as Template;
  assert.equal(
    roleNames(access).filter((name) => name.startsWith('towpath-preprod-fetch-app-')).length,
    MOST_APPS,
  );
  assert.throws(
    () => accounts(ENVIRONMENTS, apps(MOST_APPS + 1)),
    /481 apps feed preprod, and TowpathAccess-preprod takes 480/,
  );
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

test('neighbours in one account, and pipelines beside them, need no role between', () => {
  const one = Object.values(ACCOUNTS).reduce(
    (toml, account) => toml.replaceAll(account, OPERATIONS),
    ENVIRONMENTS,
  );
  const access = templates(accounts(one)).get('TowpathAccess-preprod') as Template;
  assert.deepEqual(roleNames(access), ['towpath-preprod-delivery', 'towpath-preprod-fetch-wallet']);
});

test('without a repository nobody delivers', () => {
  const own = /\[operations\.repository\][^[]*/;
  const access = templates(accounts(ENVIRONMENTS.replace(own, ''))).get(
    'TowpathAccess-prod',
  ) as Template;
  assert.ok(!roleNames(access).includes('towpath-prod-delivery'));
});
