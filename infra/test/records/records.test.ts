import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { INDEX, INDEXED } from '../../lib/records/records.ts';
import { templateOf } from '../deployment.ts';

const template = templateOf();
const keys = readFileSync(
  new URL('../../../backend/store/src/table/keys.rs', import.meta.url),
  'utf8',
);

/** What a constant of the store's keys is. */
function constant(name: string): string[] {
  const found = new RegExp(`const ${name}: [^=]+= ([^;]+);`).exec(keys)?.[1];
  assert(found !== undefined, `keys.rs has no constant ${name}`);
  return [...found.matchAll(/"([^"]*)"/g)].map(([, text]) => text ?? '');
}

test('the table has the keys that the store writes', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    TableName: 'towpath-dev-records',
    KeySchema: [
      { AttributeName: constant('PK')[0], KeyType: 'HASH' },
      { AttributeName: constant('SK')[0], KeyType: 'RANGE' },
    ],
    TimeToLiveSpecification: { AttributeName: constant('TTL')[0], Enabled: true },
  });
});

test('the index has the keys and the attributes that the store reads from it', () => {
  assert.deepEqual([INDEX], constant('INDEX'));
  assert.deepEqual(INDEXED, constant('INDEXED'));
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    GlobalSecondaryIndexes: [
      {
        IndexName: INDEX,
        KeySchema: [
          { AttributeName: constant('INDEX_PK')[0], KeyType: 'HASH' },
          { AttributeName: constant('INDEX_SK')[0], KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: constant('INDEXED') },
      },
    ],
  });
});

test('the table is paid by the request, can be restored to any second, and is not deleted by mistake', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
    // Also when its creation is rolled back: its protection would make a deletion fail.
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  });
});
