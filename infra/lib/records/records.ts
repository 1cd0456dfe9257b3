import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { grantsOf, INDEX_READERS } from './partitions.ts';

/** The name of the one sparse index. */
export const INDEX = 'gsi1';

/** What the index repeats of an item. `backend/store/src/table/keys.rs` says the same; a test compares the two. */
export const INDEXED = [
  'id',
  'key',
  'status',
  'started_at',
  'updated_at',
  'pipeline',
  'environment',
  'revision',
  'objects',
  'promotion',
];

/** The table of everything that Towpath knows. */
export class Records extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { environment }: Deployment) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      tableName: physicalName(environment, 'records'),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'ttl',
      deletionProtection: true,
      // Also when the stack's creation is rolled back: a deletion would be refused and end in ROLLBACK_FAILED, while the
      // next creation imports the table by its name.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: INDEX,
      partitionKey: { name: 'gsi1pk', type: AttributeType.STRING },
      sortKey: { name: 'gsi1sk', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: INDEXED,
    });
  }

  /** Lets a function read the table through, which it does to find what is kept of one person. */
  grantReadThrough(to: TowpathFunction): void {
    to.grant(['dynamodb:Scan'], [this.table.tableArn]);
  }

  /** Lets a function do what `PARTITIONS` says, item by item, and nothing that changes the table itself. */
  grant(to: TowpathFunction): void {
    for (const { actions, partitions } of grantsOf(to.handler))
      to.grant(actions, [this.table.tableArn], {
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
      });
    if (INDEX_READERS.includes(to.handler))
      to.grant(['dynamodb:Query'], [`${this.table.tableArn}/index/${INDEX}`]);
    to.set('TOWPATH_TABLE', this.table.tableName);
  }
}
