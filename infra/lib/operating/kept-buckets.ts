/**
 * The policy of a bucket that stays when its stack goes. CloudFormation deletes the stack's own policy with the stack, and
 * refuses to create one where a bucket has a policy already: so `make destroy` puts this one once the stack is gone, and
 * `make deploy` takes it away right before it creates the stack again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Refusal } from './refusal.ts';

const SID = 'TowpathKeptTlsOnly';

/** Denies plain HTTP, and nothing else. */
export function tlsOnly(bucket: string): string {
  const arn = `arn:aws:s3:::${bucket}`;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: SID,
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
}

/** Whether a policy is that one, however S3 writes it. */
export function isTlsOnly(policy: string): boolean {
  const { Statement } = JSON.parse(policy) as { Statement?: readonly { readonly Sid?: string }[] };
  return Statement?.length === 1 && Statement[0]?.Sid === SID;
}

/** Puts the policy on a bucket, unless the bucket is gone. */
export async function protect(client: S3Client, Bucket: string): Promise<void> {
  try {
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy: tlsOnly(Bucket) }));
  } catch (error) {
    if (errorName(error) !== 'NoSuchBucket') throw error;
  }
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Deletes the policies that `make destroy` left, for a stack that is about to be created. Returns whose. */
export async function deleteKeptPolicies(
  client: S3Client,
  buckets: readonly string[],
): Promise<string[]> {
  const cleared: string[] = [];
  for (const bucket of buckets) {
    const policy = await policyOf(client, bucket);
    if (policy === undefined) continue;
    if (!isTlsOnly(policy))
      throw new Refusal(
        `the bucket ${bucket} stayed of an earlier stack and has a policy that is not of \`make destroy\`:`,
        'CloudFormation creates none beside it. Look at it, delete it, and run this again:',
        `  aws s3api get-bucket-policy --bucket ${bucket}`,
        `  aws s3api delete-bucket-policy --bucket ${bucket}`,
      );
    await client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    cleared.push(bucket);
  }
  return cleared;
}

async function policyOf(client: S3Client, Bucket: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
  } catch (error) {
    // Who may not look, such as Towpath's own pipeline, can still create a stack whose buckets are new.
    if (['AccessDenied', 'NoSuchBucket', 'NoSuchBucketPolicy'].includes(errorName(error)))
      return undefined;
    throw error;
  }
}

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: { readonly BucketName?: unknown };
}

/** The names of the buckets that a stack keeps, by its template in a folder of templates. */
export function bucketsIn(templates: string, stack: string): string[] {
  const text = readFileSync(join(templates, `${stack}.template.json`), 'utf8');
  const { Resources } = JSON.parse(text) as { Resources: Record<string, Resource> };
  return Object.values(Resources)
    .filter(
      ({ Type, DeletionPolicy }) =>
        Type === 'AWS::S3::Bucket' && /^Retain/.test(DeletionPolicy ?? ''),
    )
    .map(({ Properties }) => Properties.BucketName)
    .filter((name) => typeof name === 'string');
}
