/** The check of IAM policies finds what it is there for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** Installed by `tests/setup`, from tests/requirements.txt. */
const PYTHON = path('../../target/venv/bin/python');

const folder = mkdtempSync(join(tmpdir(), 'towpath-policies-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** What the check says about a template with these resources. */
function check(Resources: unknown) {
  const file = join(folder, 'a.template.json');
  writeFileSync(file, JSON.stringify({ Resources }));
  const { status, stdout, stderr } = spawnSync(PYTHON, [path('policies.py'), file], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const policy = (Action: string, Resource: unknown) => ({
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: document(Action, Resource) },
  },
});

const document = (Action: string, Resource: unknown) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

/** The ARN of a pipeline as a template has it, or of what is below it. */
const pipeline = (below = '') => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':codepipeline:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:wallet-dev${below}`,
    ],
  ],
});

test('an action of stages that is granted on a pipeline is found', () => {
  const { status, stdout } = check(policy('codepipeline:RollbackStage', pipeline()));
  assert.equal(status, 1);
  assert.match(stdout, /^a\.template\.json: Policy: RESOURCE_MISMATCH: .*RollbackStage/);
  assert.deepEqual(check(policy('codepipeline:RollbackStage', pipeline('/*'))), {
    status: 0,
    stdout: '',
    stderr: '',
  });
});

test('an action that AWS does not have is found', () => {
  const { status, stdout } = check(policy('s3:GetObjects', 'arn:aws:s3:::a/*'));
  assert.equal(status, 1);
  assert.match(stdout, /UNKNOWN_ACTION: .*GetObjects/);
});

test('policies within roles, and of resources, are looked at', () => {
  const table = { Table: { Type: 'AWS::DynamoDB::Table' } };
  const arn = { 'Fn::GetAtt': ['Table', 'Arn'] };
  const within = (Action: string) => ({
    ...table,
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { Policies: [{ PolicyName: 'own', PolicyDocument: document(Action, arn) }] },
    },
  });
  assert.equal(check(within('dynamodb:GetItem')).status, 0);
  assert.match(check(within('dynamodb:GetRecords')).stdout, /Role: RESOURCE_MISMATCH/);

  const bucket = { Bucket: { Type: 'AWS::S3::Bucket' } };
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: '111111111111' },
    Action: 's3:GetObject',
    Resource: { 'Fn::GetAtt': ['Bucket', 'Arn'] },
  };
  const of = {
    ...bucket,
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: { PolicyDocument: { Version: '2012-10-17', Statement: [statement] } },
    },
  };
  assert.match(check(of).stdout, /Policy: RESOURCE_MISMATCH: .*GetObject/);
});

test('nothing is passed over: an ARN of unknown form, or no policy at all, is a failure', () => {
  const unknown = {
    ...policy('s3:GetObject', { 'Fn::GetAtt': ['Thing', 'Arn'] }),
    Thing: { Type: 'AWS::New::Thing' },
  };
  const { status, stderr } = check(unknown);
  assert.equal(status, 1);
  assert.match(stderr, /does not know the form of the ARN of AWS::New::Thing/);
  assert.equal(check({}).status, 1);
});
