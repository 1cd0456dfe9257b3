import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { WRITTEN_ONCE } from '../../lib/releases/releases.ts';
import { environmentToml, templateOf } from '../deployment.ts';

const template = templateOf();

interface BucketResource {
  readonly Properties: { readonly BucketName: string };
}

describe('every bucket', () => {
  test('is private, encrypted, and stays when the stack goes', () => {
    template.allResources('AWS::S3::Bucket', {
      Properties: Match.objectLike({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
          ],
        },
      }),
      DeletionPolicy: 'RetainExceptOnCreate',
    });
  });

  test('refuses anyone who comes without TLS, or with an old one', () => {
    const buckets = Object.keys(template.findResources('AWS::S3::Bucket'));
    assert(buckets.length >= 4);
    for (const bucket of buckets)
      for (const Condition of [
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      ])
        template.hasResourceProperties('AWS::S3::BucketPolicy', {
          Bucket: { Ref: bucket },
          PolicyDocument: {
            Statement: Match.arrayWith([
              Match.objectLike({
                Effect: 'Deny',
                Action: 's3:*',
                Principal: { AWS: '*' },
                Condition,
              }),
            ]),
          },
        });
  });

  test('has a name that a stack made again finds it by, short enough for S3', () => {
    const buckets = Object.values(
      templateOf(
        environmentToml()
          .replace('"dev"', '"abcdefghijklmnop"')
          .replace('eu-west-1', 'ap-southeast-1'),
      ).findResources('AWS::S3::Bucket'),
    ) as BucketResource[];
    for (const { Properties } of buckets)
      assert.match(
        Properties.BucketName,
        /^(?=.{1,63}$)towpath-abcdefghijklmnop-[a-z]+-111111111111-ap-southeast-1$/,
      );
  });
});

test('the release bucket keeps versions, and cleans up after itself', () => {
  const bucket = templateOf(environmentToml('retention = { event_days = 5, removed_days = 6 }\n'));
  bucket.hasResourceProperties('AWS::S3::Bucket', {
    BucketName: 'towpath-dev-releases-111111111111-eu-west-1',
    VersioningConfiguration: { Status: 'Enabled' },
    LifecycleConfiguration: {
      Rules: [
        {
          Id: 'unfinished-uploads',
          Status: 'Enabled',
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
        },
        {
          Id: 'forgotten-staging',
          Status: 'Enabled',
          Prefix: 'staging/',
          ExpirationInDays: 7,
        },
        { Id: 'payloads-of-events', Status: 'Enabled', Prefix: 'events/', ExpirationInDays: 5 },
        { Id: 'exports-of-the-table', Status: 'Enabled', Prefix: 'exports/', ExpirationInDays: 1 },
        {
          Id: 'removed-objects',
          Status: 'Enabled',
          ExpiredObjectDeleteMarker: true,
          NoncurrentVersionExpiration: { NoncurrentDays: 6 },
        },
      ],
    },
  });
});

describe('what is written once in the release bucket', () => {
  test('takes no write that could replace it, and uploads in parts', () => {
    const of = (prefix: string) => ({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.anyValue(), 'Arn'] }, `/${prefix}*`]],
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: Match.stringLikeRegexp('^ReleasesBucket') },
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:PutObject',
            Resource: WRITTEN_ONCE.toSorted().map(of),
            Condition: {
              Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
              Bool: { 's3:ObjectCreationOperation': 'true' },
            },
          },
          {
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:PutObject',
            Resource: WRITTEN_ONCE.toSorted().map(of),
            Condition: {
              Null: { 's3:if-match': 'false' },
              ArnNotEquals: {
                'aws:PrincipalArn': ['Action', 'Register'].map((name) => ({
                  'Fn::GetAtt': [Match.stringLikeRegexp(`^Functions${name}Role`), 'Arn'],
                })),
              },
              Bool: { 's3:ObjectCreationOperation': 'true' },
            },
          },
        ]),
      },
    });
  });

  test('is what the portal writes once', () => {
    const keys = readFileSync(
      new URL('../../../backend/store/src/object_keys.rs', import.meta.url),
      'utf8',
    );
    const [, listed] = /const WRITTEN_ONCE: [^=]+= \[([^\]]+)\]/.exec(keys) ?? [];
    assert.deepEqual(
      [...(listed ?? '').matchAll(/"([^"]+)"/g)].map(([, prefix]) => prefix),
      WRITTEN_ONCE,
    );
  });

  test('is so when no function of an earlier version is called any more', () => {
    const [policy] = Object.values(
      template.findResources('AWS::S3::BucketPolicy', {
        Properties: { Bucket: { Ref: Match.stringLikeRegexp('^ReleasesBucket') } },
      }),
    ) as { DependsOn: string[] }[];
    const waits = (policy?.DependsOn ?? []).map((name) => name.replace(/[0-9A-F]{8}$/, ''));
    assert.deepEqual(waits.sort(), ['FunctionsActionFunction', 'FunctionsWebLive']);
  });
});

describe('the bucket of seals', () => {
  const locked = (toml: string, configuration: string | undefined, mode: string) => {
    templateOf(toml, configuration).hasResourceProperties('AWS::S3::Bucket', {
      BucketName: 'towpath-dev-audit-111111111111-eu-west-1',
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Days: 400, Mode: mode } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: Match.absent(),
    });
  };
  const step = (environment: string) =>
    `[[paths]]\n[[paths.steps]]\nenvironment = "${environment}"\napprovals = [{ groups = ["leads"] }]\n`;
  const days = 'retention = { audit_days = 400 }\n';

  for (const [lock, mode] of [
    ['governance', 'GOVERNANCE'],
    ['compliance', 'COMPLIANCE'],
  ] as const)
    test(`locks what is written, in the mode ${lock}, if the environment says so`, () => {
      locked(environmentToml(`audit_lock = "${lock}"\n${days}`), step('dev'), mode);
      locked(environmentToml(`audit_lock = "${lock}"\n${days}`), undefined, mode);
    });

  test('locks against administrators, too, where people approve', () => {
    locked(environmentToml(days), step('dev'), 'COMPLIANCE');
    locked(environmentToml(days), step('prod'), 'GOVERNANCE');
    locked(environmentToml(days), undefined, 'GOVERNANCE');
  });

  test('takes conditional writes of the clock and nothing else, and no deletion', () => {
    const all = { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.anyValue(), 'Arn'] }, '/*']] };
    const denied = (Action: unknown, further: object) =>
      Match.objectLike({
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action,
        Resource: all,
        ...further,
      });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: Match.stringLikeRegexp('^SealsBucket') },
      PolicyDocument: {
        Statement: Match.arrayWith([
          denied(['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'], {
            Condition: Match.absent(),
          }),
          denied('s3:PutObject', { Condition: { Null: { 's3:if-none-match': 'true' } } }),
          denied('s3:PutObject', {
            Condition: {
              ArnNotEquals: {
                'aws:PrincipalArn': {
                  'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionsClockRole'), 'Arn'],
                },
              },
            },
          }),
        ]),
      },
    });
  });
});
