/** Where pipelines keep what their actions hand to each other. */
import { Aws } from 'aws-cdk-lib';
import type { Right } from './rights.ts';

/** The bucket, and the key that it is encrypted with. */
export interface ArtifactStore {
  readonly bucketName: string;
  readonly keyArn: string;
}

const NAMED_BY_AWS = 'What lies in its own folder, CodePipeline and CodeBuild name.';

/** The folder that CodePipeline gives to a pipeline: its name, cut to 20 characters. */
export function artifactFolder(pipeline: string): string {
  return pipeline.slice(0, 20);
}

/** The rights to read and write below some folders of the store. */
export function readWrite(store: ArtifactStore, folders: readonly string[]): Right[] {
  return [
    {
      actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
      resources: below(store, folders),
      because: NAMED_BY_AWS,
    },
    useKey(store, ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey']),
  ];
}

/**
 * What the pipeline's own role needs beside `readWrite`: source actions upload with an ACL, and CodePipeline copies the
 * tags of what it hands on.
 */
export function aclAndTags(store: ArtifactStore, folder: string): Right {
  return {
    actions: [
      's3:GetObjectTagging',
      's3:GetObjectVersionTagging',
      's3:PutObjectAcl',
      's3:PutObjectTagging',
    ],
    resources: below(store, [folder]),
    because: NAMED_BY_AWS,
  };
}

/** The rights to check whose bucket it is, and where: CodePipeline and CodeBuild do before they use it. */
export function checkBucket(store: ArtifactStore): Right {
  return { actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'], resources: [bucketArn(store)] };
}

/** The rights to read below some folders of the store. */
export function readOnly(store: ArtifactStore, folders: readonly string[]): Right[] {
  return [
    {
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: below(store, folders),
      because: NAMED_BY_AWS,
    },
    useKey(store, ['kms:Decrypt']),
  ];
}

/** The ARN of the store's bucket. */
export function bucketArn({ bucketName }: ArtifactStore): string {
  return `arn:${Aws.PARTITION}:s3:::${bucketName}`;
}

function below(store: ArtifactStore, folders: readonly string[]): string[] {
  return folders.map((folder) => `${bucketArn(store)}/${folder}/*`);
}

function useKey({ keyArn }: ArtifactStore, actions: string[]): Right {
  return { actions, resources: [keyArn] };
}
