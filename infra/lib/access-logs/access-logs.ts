import { Duration } from 'aws-cdk-lib';
import { Bucket, type BucketProps } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import { bucketName, PRIVATE } from '../releases/bucket.ts';

/** Who asked the buckets for what: S3's own logs. */
export class AccessLogs extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { environment }: Deployment) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE,
      bucketName: bucketName(environment, 'logs'),
      lifecycleRules: [
        {
          id: 'old-logs',
          expiration: Duration.days(environment.retention.accessLogDays),
          abortIncompleteMultipartUploadAfter: Duration.days(2),
        },
      ],
    });
  }

  /** What a bucket needs to log here. */
  of(bucket: string): Pick<BucketProps, 'serverAccessLogsBucket' | 'serverAccessLogsPrefix'> {
    return { serverAccessLogsBucket: this.bucket, serverAccessLogsPrefix: `s3/${bucket}/` };
  }
}
