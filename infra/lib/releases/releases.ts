import { Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IDependable } from 'constructs';
import type { AccessLogs } from '../access-logs/access-logs.ts';
import { type Deployment } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { bucketName, objects, PRIVATE } from './bucket.ts';

export interface ReleasesProps {
  readonly deployment: Deployment;
  readonly accessLogs: AccessLogs;
}

/** What the keys begin with of objects that are written once. `backend/store/src/object_keys.rs` says the same; a test compares the two. */
export const WRITTEN_ONCE = ['artifacts/', 'icons/', 'events/'];

/** Where `make backup` has the table exported to. No function may read there. */
export const EXPORTS = 'exports/';

/** The bytes of builds. `backend/store/src/object_keys.rs` says what lies under which prefix. */
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
          // `make backup` deletes what it had exported; this is for one that broke off.
          id: 'exports-of-the-table',
          prefix: EXPORTS,
          expiration: Duration.days(1),
        },
        {
          id: 'removed-objects',
          noncurrentVersionExpiration: Duration.days(removedDays),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
  }

  /**
   * Denies writes that could replace an object which is written once, to everybody, administrators too: a write has to say
   * `If-None-Match`, or, of the functions that register files, `If-Match`, by which they replace an object that is damaged.
   * Starting an upload in parts and sending a part create no object, and know no such header. The policy comes when the
   * functions that write are those of this version: those of an earlier one are called until then, and wrote icons without it.
   */
  denyOverwriting(
    registering: readonly TowpathFunction[],
    whenReady: readonly IDependable[],
  ): void {
    this.deny({ Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' } });
    this.deny({
      Null: { 's3:if-match': 'false' },
      ArnNotEquals: { 'aws:PrincipalArn': registering.map(({ role }) => role.roleArn) },
    });
    this.bucket.policy?.node.addDependency(...whenReady);
  }

  private deny(conditions: Record<string, unknown>): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: objects(this.bucket, WRITTEN_ONCE),
        conditions: { ...conditions, Bool: { 's3:ObjectCreationOperation': 'true' } },
      }),
    );
  }

  /** Lets a function learn that an object is missing. Without the right to list, S3 says that it is forbidden. */
  grantLook(to: TowpathFunction): void {
    to.grant(['s3:ListBucket'], [this.bucket.bucketArn]);
  }

  /** Lets a function do what is listed to objects under some prefixes, and tells it the bucket. */
  grant(to: TowpathFunction, actions: readonly string[], prefixes: readonly string[]): void {
    to.grant(actions, objects(this.bucket, prefixes), {
      because: 'An object has the name that its content gives it; the prefix says what it may be.',
    });
    to.set('TOWPATH_BUCKET', this.bucket.bucketName);
  }
}
