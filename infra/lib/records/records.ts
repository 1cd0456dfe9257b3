import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';

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

const READ = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
/** A transaction needs the rights of its parts, and no other. */
const WRITE = [
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
];

/** The partitions that recording an event reads and writes: the event's own, its run's, and the overview. */
export const EVENT_PARTITIONS = ['EVENT#*', 'RUN#*', 'OVERVIEW'];

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

  /** Lets a function read and write records, item by item, and nothing that changes the table itself. */
  grantReadWrite(to: TowpathFunction): void {
    to.grant(WRITE, [this.table.tableArn]);
    to.grant(READ, [this.table.tableArn]);
    to.grant(['dynamodb:Query'], [`${this.table.tableArn}/index/${INDEX}`]);
    to.set('TOWPATH_TABLE', this.table.tableName);
  }

  /** Lets a function read the table through, which it does to find what is kept of one person. */
  grantReadThrough(to: TowpathFunction): void {
    to.grant(['dynamodb:Scan'], [this.table.tableArn]);
  }

  /** Lets a function record events: no builds, no promotions and no audit log, neither to read nor to write. */
  grantEvents(to: TowpathFunction): void {
    to.grant(
      ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
      [this.table.tableArn],
      { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': EVENT_PARTITIONS } } },
    );
    to.set('TOWPATH_TABLE', this.table.tableName);
  }
}
