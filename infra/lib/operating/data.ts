/** Deletes what a stack left behind. Each returns why something has to stay, or nothing once it is gone. */
import { setTimeout } from 'node:timers/promises';
import {
  CognitoIdentityProviderClient,
  DeleteUserPoolCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DeleteTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Kept } from './kept.ts';

export async function deleteData(region: string, { type, id }: Kept): Promise<string | undefined> {
  switch (type) {
    case 'AWS::DynamoDB::Table':
      return deleteTable(new DynamoDBClient({ region }), id);
    case 'AWS::Cognito::UserPool':
      return deletePool(new CognitoIdentityProviderClient({ region }), id);
    case 'AWS::S3::Bucket':
      return deleteBucket(new S3Client({ region }), id);
    default:
      return `nothing here knows how to delete a ${type}`;
  }
}

async function deleteTable(client: DynamoDBClient, TableName: string): Promise<undefined> {
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  await onceFree(() => client.send(new DeleteTableCommand({ TableName })));
}

/** A table that is being changed refuses its deletion for some seconds. */
export async function onceFree<T>(act: () => Promise<T>, pause = 2000): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await act();
    } catch (error) {
      const busy = error instanceof Error && error.name === 'ResourceInUseException';
      if (!busy || tries === 30) throw error;
      await setTimeout(pause);
    }
}

async function deletePool(
  client: CognitoIdentityProviderClient,
  UserPoolId: string,
): Promise<undefined> {
  await client.send(new UpdateUserPoolCommand({ UserPoolId, DeletionProtection: 'INACTIVE' }));
  await client.send(new DeleteUserPoolCommand({ UserPoolId }));
}

/** Empties and deletes a bucket. Seals that are locked in compliance mode nobody can delete. */
async function deleteBucket(client: S3Client, Bucket: string): Promise<string | undefined> {
  for (;;) {
    const versions = await versionsIn(client, Bucket);
    if (versions.length === 0) break;
    const { Errors } = await client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: versions, Quiet: true },
        BypassGovernanceRetention: true,
      }),
    );
    const [refused] = Errors ?? [];
    if (refused)
      return `${Errors?.length ?? 1} objects cannot be deleted, the first for: ${refused.Message ?? 'unknown'}`;
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
  return undefined;
}

async function versionsIn(client: S3Client, Bucket: string): Promise<ObjectIdentifier[]> {
  const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  return [...(Versions ?? []), ...(DeleteMarkers ?? [])]
    .slice(0, 1000)
    .map(({ Key, VersionId }) => ({ Key, VersionId }));
}
