/** Puts the records of a backup into a table that has none. */
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Environment } from '../environments/environment.ts';
import { Refusal } from '../operating/refusal.ts';
import { AuditRecords } from './audit.ts';
import { type Backup, RECORDS } from './format.ts';
import { forClient, fromClient, itemOf } from './items.ts';
import { linesIn } from './lines.ts';
import { eachOf } from './many.ts';
import { tableOf } from './places.ts';

/** As many as one request takes. */
const BATCH = 25;
const AT_ONCE = 8;

/** Is in the table while a backup is being restored, and says which. */
const MARKER = { pk: { S: 'RESTORE' }, sk: { S: 'RESTORE' } };

type Key = Record<string, AttributeValue>;

export class RestoredTable {
  private readonly name: string;

  constructor(
    private readonly client: DynamoDBClient,
    environment: Environment,
  ) {
    this.name = tableOf(environment);
  }

  /** Takes the table for this backup: it has no records, or was taken for it before. */
  async begin({ manifest }: Backup): Promise<void> {
    const { sha256 } = manifest.table;
    const known = await this.query('RESTORE');
    const taken = known[0]?.['records']?.S;
    if (taken === sha256) {
      console.log('==> an earlier try broke off: going on');
      return;
    }
    if (taken !== undefined)
      throw new Refusal(`another backup is being restored into ${this.name}: end that first`);
    const { Items = [] } = await this.client.send(
      new ScanCommand({ TableName: this.name, Limit: 1, ConsistentRead: true }),
    );
    if (Items.length > 0)
      throw new Refusal(
        `${this.name} has records already: a backup is restored into an empty table, so that nothing is mixed or written over`,
      );
    await this.client.send(
      new PutItemCommand({
        TableName: this.name,
        Item: { ...MARKER, records: { S: sha256 } },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  }

  async put({ folder, manifest }: Backup): Promise<void> {
    let done = 0;
    await eachOf(batches(linesIn(join(folder, RECORDS))), AT_ONCE, async (lines) => {
      await this.write(lines.map((line) => ({ PutRequest: { Item: forClient(itemOf(line)) } })));
      done += lines.length;
      if (done % 10_000 < BATCH && done >= 10_000)
        console.log(`==> ${done} of ${manifest.table.items} records`);
    });
    console.log(`==> ${done} records are in ${this.name}`);
  }

  private async write(requests: WriteRequest[]): Promise<void> {
    let rest: WriteRequest[] | undefined = requests;
    for (let pause = 100; rest && rest.length > 0; pause = Math.min(2 * pause, 10_000)) {
      const written: BatchWriteItemCommandOutput = await this.client.send(
        new BatchWriteItemCommand({ RequestItems: { [this.name]: rest } }),
      );
      rest = written.UnprocessedItems?.[this.name];
      if (rest && rest.length > 0) await setTimeout(pause);
    }
  }

  /** The audit log as it is in the table now. */
  async audit({ folder }: Backup): Promise<AuditRecords> {
    const expected = new AuditRecords();
    for await (const line of linesIn(join(folder, RECORDS))) expected.take(itemOf(line));
    const found = new AuditRecords();
    for (const partition of [...expected.partitions, ...expected.people])
      for (const item of await this.query(partition)) found.take(fromClient(item));
    return found;
  }

  /** What was taken is a table like any other from now on. */
  async finish(): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.name, Key: MARKER }));
  }

  private async query(partition: string): Promise<Key[]> {
    const found: Key[] = [];
    let ExclusiveStartKey: Key | undefined;
    do {
      const page = await this.client.send(
        new QueryCommand({
          TableName: this.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: partition } },
          ConsistentRead: true,
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        }),
      );
      found.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return found;
  }
}

async function* batches(lines: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
