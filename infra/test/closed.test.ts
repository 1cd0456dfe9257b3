/** A deployment where nothing runs, which `make restore` fills. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FLAGS } from '../lib/flags.ts';
import { CLOSED, TowpathStack } from '../lib/stack.ts';
import { deploymentOf, environmentToml } from './deployment.ts';

const toml = environmentToml('concurrency = { web = 5 }\n');
const template = (closed: boolean) =>
  Template.fromStack(
    new TowpathStack(new App({ context: { ...FLAGS } }), { ...deploymentOf(toml), closed }),
  );
const open = template(false);
const closed = template(true);

interface Policy {
  readonly Properties: {
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  };
}
interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

function concurrency(of: Template): unknown[] {
  return Object.values(of.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => (Properties as Record<string, unknown>)['ReservedConcurrentExecutions'],
  );
}

/** What the policy of the seals' bucket denies. */
function denied(of: Template): string[] {
  const policies = Object.entries(of.findResources('AWS::S3::BucketPolicy')) as [string, Policy][];
  const [, seals] = policies.find(([id]) => id.startsWith('Seals')) ?? [];
  const statements = seals?.Properties.PolicyDocument.Statement ?? [];
  return statements
    .filter(({ Effect }) => Effect === 'Deny')
    .flatMap(({ Action }) => Action)
    .sort();
}

test('no function of a closed deployment runs', () => {
  const reserved = concurrency(closed);
  assert.ok(reserved.length >= 7);
  assert.ok(reserved.every((each) => each === 0));
  assert.deepEqual(
    concurrency(open).filter((each) => each !== undefined),
    [5],
  );
});

test('events wait in their queue, and are read again once it is open', () => {
  closed.hasResourceProperties('AWS::Lambda::EventSourceMapping', { Enabled: false });
  open.hasResourceProperties('AWS::Lambda::EventSourceMapping', { Enabled: true });
});

test('seals can be put back into a closed deployment, and removed from none', () => {
  const removing = ['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'];
  assert.deepEqual(denied(closed), ['s3:*', 's3:*', ...removing]);
  assert.deepEqual(denied(open), ['s3:*', 's3:*', ...removing, 's3:PutObject', 's3:PutObject']);
});

test('the stack says that it is closed', () => {
  assert.deepEqual(Object.keys(closed.findOutputs(CLOSED)), [CLOSED]);
  assert.deepEqual(open.findOutputs(CLOSED), {});
});
