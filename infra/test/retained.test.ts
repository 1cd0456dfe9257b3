/**
 * What outlives its stack is found again by the next stack of that name: `cdk deploy --import-existing-resources` imports
 * resources whose name the template has as plain text and whose deletion policy keeps them.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Template } from 'aws-cdk-lib/assertions';
import { accounts, templates } from './accounts/world.ts';
import { templateOf } from './deployment.ts';

/** The property that CloudFormation identifies a resource by. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::S3::Bucket': 'BucketName',
};

/** What stays, but cannot be found by a name: the next stack makes another. docs/deploy.md and docs/accounts.md say so. */
const MADE_ANEW = [
  'AWS::Cognito::UserPool',
  'AWS::KMS::Key',
  'AWS::Lambda::LayerVersion',
  // Deleted with its function.
  'AWS::Lambda::Version',
];

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

function retained(template: Template): [string, Resource][] {
  const { Resources } = template.toJSON() as { Resources: Record<string, Resource> };
  return Object.entries(Resources).filter(([, { DeletionPolicy }]) =>
    /^Retain/.test(DeletionPolicy ?? ''),
  );
}

function check(template: Template, count: number): void {
  const found = retained(template);
  const named = found.filter(([, { Type }]) => !MADE_ANEW.includes(Type));
  assert.equal(named.length, count);
  for (const [id, { Type, UpdateReplacePolicy, Properties }] of named) {
    assert.equal(
      typeof Properties[NAMES[Type] ?? ''],
      'string',
      `${id} (${Type}) has no plain name`,
    );
    assert.equal(UpdateReplacePolicy, 'Retain', id);
  }
}

describe('what outlives its stack can be imported by its name', () => {
  test('the table and the buckets of an environment', () => {
    check(templateOf(), 5);
  });
  test('the artifact bucket of the operations account', () => {
    check(templates(accounts()).get('TowpathOperations') as Template, 1);
  });
});

test('policies of buckets go with their stack: one that stayed could not be imported', () => {
  for (const template of [templateOf(), ...templates(accounts()).values()])
    for (const [id, { Type }] of retained(template))
      assert.notEqual(Type, 'AWS::S3::BucketPolicy', id);
});
