import { Duration } from 'aws-cdk-lib';
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { TowpathFunction } from '../functions/function.ts';
import { bucketName, PRIVATE } from './bucket.ts';
import type { ReleasesProps } from './releases.ts';

/** The seals of the audit log: written once, and locked against everyone for as long as they are kept. */
export class Seals extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: ReleasesProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const kept = Duration.days(environment.retention.auditDays);
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE,
      ...props.accessLogs.of('audit'),
      bucketName: bucketName(environment, 'audit'),
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        environment.auditLock === 'compliance'
          ? ObjectLockRetention.compliance(kept)
          : ObjectLockRetention.governance(kept),
    });
  }

  grantRead(to: TowpathFunction): void {
    this.grant(to, ['s3:GetObject']);
    // Without it, a seal that is missing looks like one that is forbidden.
    to.grant(['s3:ListBucket'], [this.bucket.bucketArn]);
  }

  /** Lets a function seal. It may also read, so that sealing twice is noticed. */
  grantSeal(to: TowpathFunction): void {
    this.grantRead(to);
    this.grant(to, ['s3:PutObject']);
  }

  private grant(to: TowpathFunction, actions: readonly string[]): void {
    to.grant(actions, [this.bucket.arnForObjects('*')], {
      because: 'The bucket holds nothing but seals.',
    });
    to.set('TOWPATH_AUDIT_BUCKET', this.bucket.bucketName);
  }
}
