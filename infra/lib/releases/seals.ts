import { Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { AuditLock } from '../environments/environment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { bucketName, PRIVATE } from './bucket.ts';
import type { ReleasesProps } from './releases.ts';

/** How seals are locked: where people approve, what they approved must stay provable, and so for everybody. */
export function auditLock({ environment, configuration }: Deployment): AuditLock {
  const approved = configuration.approved.includes(environment.name);
  return environment.auditLock ?? (approved ? 'compliance' : 'governance');
}

/** The seals of the audit log: written once, and locked against everyone for as long as they are kept. */
export class Seals extends Construct {
  readonly bucket: Bucket;
  /** Whether `make restore` may put the seals of a backup here. */
  private readonly closed: boolean;

  constructor(scope: Construct, id: string, props: ReleasesProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const kept = Duration.days(environment.retention.auditDays);
    this.closed = props.deployment.closed === true;
    this.bucket = new Bucket(this, 'Bucket', {
      ...PRIVATE,
      ...props.accessLogs.of('audit'),
      bucketName: bucketName(environment, 'audit'),
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        auditLock(props.deployment) === 'compliance'
          ? ObjectLockRetention.compliance(kept)
          : ObjectLockRetention.governance(kept),
    });
    this.deny(['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'], {});
    // Unless it is conditional, a write puts another version over a seal.
    this.denyWriting({ Null: { 's3:if-none-match': 'true' } });
  }

  /** Lets a function read every version of the seals, and how they are locked. */
  grantRead(to: TowpathFunction): void {
    this.grant(to, ['s3:GetObject', 's3:GetObjectRetention', 's3:GetObjectVersion']);
    // Without the right to list, a seal that is missing looks like one that is forbidden.
    to.grant(['s3:ListBucket', 's3:ListBucketVersions'], [this.bucket.bucketArn]);
  }

  /** Lets a function seal, and nobody else write. It may also read, so that what is there is compared. */
  grantSeal(to: TowpathFunction): void {
    this.grantRead(to);
    this.grant(to, ['s3:PutObject']);
    this.denyWriting({ ArnNotEquals: { 'aws:PrincipalArn': to.role.roleArn } });
  }

  /** A closed deployment makes no seal, and takes those of a backup: of whoever restores it, and each of their versions. */
  private denyWriting(conditions: Record<string, unknown>): void {
    if (!this.closed) this.deny(['s3:PutObject'], conditions);
  }

  /** Denies it to everybody, administrators too: they would have to change the bucket's policy first, which CloudTrail notes. */
  private deny(actions: readonly string[], conditions: Record<string, unknown>): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: [this.bucket.arnForObjects('*')],
        conditions,
      }),
    );
  }

  private grant(to: TowpathFunction, actions: readonly string[]): void {
    to.grant(actions, [this.bucket.arnForObjects('*')], {
      because: 'The bucket holds nothing but seals.',
    });
    to.set('TOWPATH_AUDIT_BUCKET', this.bucket.bucketName);
  }
}
