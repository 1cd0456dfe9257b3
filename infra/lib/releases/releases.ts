import { Duration } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AccessLogs } from '../access-logs/access-logs.ts';
import { type Deployment } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { bucketName, objects, PRIVATE } from './bucket.ts';

export interface ReleasesProps {
  readonly deployment: Deployment;
  readonly accessLogs: AccessLogs;
}

/** The bytes of builds. `backend/portal/src/object_keys.rs` says what lies under which prefix. */
export class Releases extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: ReleasesProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const { removedDays, eventDays } = environment.retention;
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE,
      ...props.accessLogs.of('releases'),
      bucketName: bucketName(environment, 'releases'),
      versioned: true,
      lifecycleRules: [
        {
          id: 'unfinished-uploads',
          abortIncompleteMultipartUploadAfter: Duration.days(2),
        },
        {
          id: 'forgotten-staging',
          prefix: 'staging/',
          expiration: Duration.days(7),
        },
        {
          id: 'payloads-of-events',
          prefix: 'events/',
          expiration: Duration.days(eventDays),
        },
        {
          id: 'removed-objects',
          noncurrentVersionExpiration: Duration.days(removedDays),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
  }

  /** Lets a function learn that an object is missing. Without the right to list, S3 says that it is forbidden. */
  grantLook(to: TowpathFunction): void {
    to.grant(['s3:ListBucket'], [this.bucket.bucketArn]);
  }

  /** Lets a function list the objects under a prefix. */
  grantList(to: TowpathFunction, prefix: string): void {
    to.grant(['s3:ListBucket'], [this.bucket.bucketArn], {
      conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
    });
  }

  /** Lets a function do what is listed to objects under some prefixes, and tells it the bucket. */
  grant(to: TowpathFunction, actions: readonly string[], prefixes: readonly string[]): void {
    to.grant(actions, objects(this.bucket, prefixes), {
      because: 'An object has the name that its content gives it; the prefix says what it may be.',
    });
    to.set('TOWPATH_BUCKET', this.bucket.bucketName);
  }
}
