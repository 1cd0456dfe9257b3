/** The table as it was at one moment: exported by DynamoDB into the bucket of releases, read from there, and deleted there. */
import { setTimeout } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import {
  DescribeExportCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type ExportDescription,
  ExportTableToPointInTimeCommand,
  InvalidExportTimeException,
  PointInTimeRecoveryUnavailableException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Environment } from '../environments/environment.ts';
import { Refusal } from '../operating/refusal.ts';
import { EXPORTS } from '../releases/releases.ts';
import { linesOf } from './lines.ts';
import { bucketOf, tableOf } from './places.ts';

/** What is exported, and by whom. */
export interface Source {
  readonly environment: Environment;
  readonly dynamo: DynamoDBClient;
  readonly s3: S3Client;
}

/** An export that has ended. */
export interface Exported {
  /** When the table was like this. */
  readonly moment: Date;
  readonly items: number;
  /** `{"Item":{…}}` each. */
  readonly lines: AsyncIterable<string>;
  /** Deletes what lies in the bucket. */
  readonly discard: () => Promise<void>;
}

/** Has the table exported as it is now, or as it was. */
export async function exportTable(source: Source, at: Date | undefined): Promise<Exported> {
  const { environment, dynamo, s3 } = source;
  const bucket = bucketOf(environment, 'artifacts');
  const started = await start(source, bucket, at);
  const { ExportManifest: key = '', ExportTime } = await ended(dynamo, started);
  const summary = manifestSummary.parse(JSON.parse(await text(s3, bucket, key)));
  return {
    moment: at ?? ExportTime ?? new Date(summary.exportTime),
    items: summary.itemCount,
    lines: linesOfExport(s3, bucket, summary.manifestFilesS3Key),
    discard: () => discard(s3, bucket, key.slice(0, key.lastIndexOf('/') + 1)),
  };
}

const manifestSummary = z.object({
  exportTime: z.string(),
  manifestFilesS3Key: z.string(),
  itemCount: z.int(),
});
const manifestFile = z.object({ dataFileS3Key: z.string() });

async function start(
  { environment, dynamo }: Source,
  S3Bucket: string,
  at: Date | undefined,
): Promise<ExportDescription> {
  const TableName = tableOf(environment);
  try {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    const { ExportDescription } = await dynamo.send(
      new ExportTableToPointInTimeCommand({
        TableArn: Table?.TableArn,
        S3Bucket,
        S3Prefix: EXPORTS.slice(0, -1),
        S3SseAlgorithm: 'AES256',
        ExportFormat: 'DYNAMODB_JSON',
        ...(at && { ExportTime: at }),
      }),
    );
    return ExportDescription ?? {};
  } catch (error) {
    if (error instanceof ResourceNotFoundException)
      throw new Refusal(
        `there is no table ${TableName} in ${environment.account}, ${environment.region}: "${environment.name}" is not deployed there`,
      );
    if (error instanceof InvalidExportTimeException)
      throw new Refusal(
        `the table cannot be had as it was then (${error.message}): point-in-time recovery reaches back 35 days, and not before the table`,
      );
    if (error instanceof PointInTimeRecoveryUnavailableException)
      throw new Refusal(
        `${TableName} has no point-in-time recovery: somebody switched it off. Deploy again, which switches it on, and begin anew`,
      );
    throw error;
  }
}

async function ended(
  client: DynamoDBClient,
  { ExportArn }: ExportDescription,
): Promise<ExportDescription> {
  for (let pause = 1000; ; pause = Math.min(2 * pause, 15_000)) {
    const { ExportDescription: found } = await client.send(
      new DescribeExportCommand({ ExportArn }),
    );
    if (found?.ExportStatus === 'COMPLETED') return found;
    if (found?.ExportStatus === 'FAILED')
      throw new Refusal(
        `DynamoDB could not export the table: ${found.FailureMessage ?? found.FailureCode ?? 'without a reason'}`,
      );
    await setTimeout(pause);
  }
}

async function* linesOfExport(s3: S3Client, Bucket: string, files: string) {
  const list = await text(s3, Bucket, files);
  for (const line of list.split('\n').filter((each) => each !== '')) {
    const { dataFileS3Key: Key } = manifestFile.parse(JSON.parse(line));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const unzipped = createGunzip();
    const compressed = Body as Readable;
    compressed.on('error', (error) => unzipped.destroy(error));
    yield* linesOf(compressed.pipe(unzipped) as AsyncIterable<Buffer>);
  }
}

async function text(s3: S3Client, Bucket: string, Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

/** Each version, for what is only hidden would lie in the bucket for days. */
async function discard(s3: S3Client, Bucket: string, Prefix: string): Promise<void> {
  for (;;) {
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
    if (Versions.length === 0) return;
    const Objects = Versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
    );
    const [refused] = Errors ?? [];
    if (refused) {
      console.log(
        `==> the export in s3://${Bucket}/${Prefix} could not be deleted (${refused.Message ?? refused.Code ?? ''}); it expires`,
      );
      return;
    }
  }
}
