import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ArtifactStore } from '../pipelines/artifact-store.ts';
import { artifactFolder } from '../pipelines/artifact-store.ts';
import { PRIVATE } from '../releases/bucket.ts';
import { type Across, apart, pipelinesOf } from './across.ts';
import { invokeRoleArn } from './names.ts';
import { trusting } from './trust.ts';

/** What stays of an artifact: Towpath has its copy of each build, and a pipeline is retried within days. */
const KEPT = Duration.days(90);

/** The name of the artifact bucket: the roles of other accounts name it too. */
export function artifactBucketName({ operations }: Pick<Across, 'operations'>): string {
  return `towpath-artifacts-${operations.account}-${operations.region}`;
}

/**
 * The artifact bucket of all pipelines, and its key. A pipeline reads and writes its own folder, by its own role. A job in
 * another account reads that same folder, by the role that the environment keeps for it.
 */
export class Artifacts extends Construct {
  readonly store: ArtifactStore;
  readonly bucket: Bucket;
  readonly key: Key;

  constructor(scope: Construct, id: string, across: Across) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: "What pipelines' artifacts are encrypted with",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new Alias(this, 'Alias', { aliasName: 'alias/towpath-artifacts', targetKey: this.key });
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE,
      bucketName: artifactBucketName(across),
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      // CodePipeline names an artifact by its version.
      versioned: true,
      lifecycleRules: [
        {
          id: 'old-artifacts',
          expiration: KEPT,
          noncurrentVersionExpiration: Duration.days(7),
          abortIncompleteMultipartUploadAfter: Duration.days(2),
        },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Only pipelines and their builds use it. CloudTrail names the role of each access; a second bucket of logs tells no more.',
    });
    this.admit(across);
    // By its name, which is in the policies of other stacks and accounts too.
    this.store = { bucketName: artifactBucketName(across), keyArn: this.key.keyArn };
  }

  private admit(across: Across): void {
    const { operations } = across;
    for (const environment of apart(across)) {
      const pipelines = pipelinesOf(across, environment);
      if (pipelines.length === 0) continue;
      const reader = trusting(environment.account, [invokeRoleArn(environment)]);
      this.bucket.addToResourcePolicy(
        new PolicyStatement({
          sid: sid(environment.name, 'Artifacts'),
          principals: [reader],
          actions: ['s3:GetObject', 's3:GetObjectVersion'],
          resources: pipelines.map((name) =>
            this.bucket.arnForObjects(`${artifactFolder(name)}/*`),
          ),
        }),
      );
      this.key.addToResourcePolicy(
        new PolicyStatement({
          sid: sid(environment.name, 'Key'),
          principals: [reader],
          actions: ['kms:Decrypt'],
          // In a key's own policy, this is the key itself.
          resources: ['*'],
          conditions: {
            StringEquals: { 'kms:ViaService': `s3.${operations.region}.${Aws.URL_SUFFIX}` },
          },
        }),
      );
    }
  }
}

function sid(environment: string, purpose: string): string {
  return `${environment.replaceAll('-', '')}${purpose}`;
}
