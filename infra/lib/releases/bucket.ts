import type { Environment } from '../environments/environment.ts';
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';

/** What all buckets have in common: private, encrypted, TLS only, and kept when the stack goes. */
export const PRIVATE = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
} satisfies BucketProps;

/** The ARNs of a bucket's objects under some prefixes. */
export function objects(bucket: Bucket, prefixes: readonly string[]): string[] {
  return prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
}

/** A name that a stack made again finds its data by, and that accounts do not have in common. */
export function bucketName({ name, account, region }: Environment, purpose: string): string {
  return `towpath-${name}-${purpose}-${account}-${region}`;
}
