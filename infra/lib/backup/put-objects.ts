/** Puts the objects of a backup into a deployment's buckets. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  ListObjectsV2Command,
  type ObjectLockMode,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Environment } from '../environments/environment.ts';
import { Refusal } from '../operating/refusal.ts';
import { WRITTEN_ONCE } from '../releases/releases.ts';
import type { SealVersion } from './audit.ts';
import type { Backup, ObjectFile, ObjectLine, Role } from './format.ts';
import { eachOf } from './many.ts';
import { bucketOf } from './places.ts';
import { versionsBelow } from './versions.ts';

const AT_ONCE = 8;
/** Objects up to this size are read into memory. */
const SMALL = 8 * 1024 * 1024;

/** Where to. */
export interface Target {
  readonly s3: S3Client;
  readonly environment: Environment;
}

/** Puts what builds consist of. An object that is there has to be the same. */
export async function putArtifacts({ s3, environment }: Target, backup: Backup): Promise<void> {
  const Bucket = bucketOf(environment, 'artifacts');
  const present = new Set<string>();
  for (const prefix of WRITTEN_ONCE)
    for await (const key of keysBelow(s3, Bucket, prefix)) present.add(key);
  const objects = currentOf(inBucket(backup, 'artifacts'));
  let put = 0;
  await eachOf(objects, AT_ONCE, async (object) => {
    if (!present.has(object.key)) {
      await putObject(s3, Bucket, backup, object, { IfNoneMatch: '*' });
      put += 1;
    } else if ((await digestOf(s3, Bucket, object.key)) !== object.sha256)
      throw new Refusal(
        `${object.key} in ${Bucket} is another object than in the backup: nothing is written over`,
      );
  });
  console.log(`==> ${objects.length} artifacts are in ${Bucket}, ${put} of them new`);
}

/** Puts all versions of seals, those of a key one after the other. What is there has to be the beginning of them. */
export async function putSeals({ s3, environment }: Target, backup: Backup): Promise<void> {
  const Bucket = bucketOf(environment, 'seals');
  const mode = await lockMode(s3, Bucket);
  const lines = inBucket(backup, 'seals');
  for (const { key, deleted } of lines)
    if (deleted === true)
      console.log(
        `==> ${key} had a delete marker, a finding of verification, which is not put again`,
      );
  const wanted = byKey(lines.filter(isFile));
  const present = byKey(await sealsInBucket(s3, environment));
  for (const key of present.keys()) if (!wanted.has(key)) throw anotherLog(Bucket, key);
  let put = 0;
  await eachOf(wanted.entries(), AT_ONCE, async ([key, versions]) => {
    const there = (present.get(key) ?? []).reverse();
    for (const [index, { text }] of there.entries())
      if (text === undefined || sha256(text) !== versions[index]?.sha256)
        throw anotherLog(Bucket, key);
    for (const version of versions.slice(there.length)) {
      await putObject(s3, Bucket, backup, version, lock(mode, version, new Date()));
      put += 1;
    }
  });
  console.log(`==> the seals are in ${Bucket}, ${put} of them new`);
}

function byKey<T extends { readonly key: string }>(all: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) found.set(one.key, [...(found.get(one.key) ?? []), one]);
  return found;
}

function anotherLog(bucket: string, key: string): Refusal {
  return new Refusal(
    `${bucket} holds ${key}, which is of another audit log than the backup's. Seals cannot be removed:`,
    'restore into an environment of another name, or into another account',
  );
}

/** How the bucket locks what is written; nothing where it does not. */
async function lockMode(s3: S3Client, Bucket: string): Promise<ObjectLockMode | undefined> {
  try {
    const { ObjectLockConfiguration } = await s3.send(
      new GetObjectLockConfigurationCommand({ Bucket }),
    );
    return ObjectLockConfiguration?.Rule?.DefaultRetention?.Mode;
  } catch (error) {
    if (error instanceof Error && error.name === 'ObjectLockConfigurationNotFoundError')
      return undefined;
    throw error;
  }
}

/** The lock of before, if it still holds, in the stricter mode of the two; otherwise the bucket gives its own. */
export function lock(
  ofBucket: ObjectLockMode | undefined,
  { retention }: Pick<ObjectLine, 'retention'>,
  now: Date,
) {
  if (ofBucket === undefined || !retention || new Date(retention.until) <= now) return {};
  const strict = [ofBucket, retention.mode].includes('COMPLIANCE');
  return {
    ObjectLockMode: strict ? ('COMPLIANCE' as const) : ('GOVERNANCE' as const),
    ObjectLockRetainUntilDate: new Date(retention.until),
  };
}

/** The versions of seals in a deployment's bucket, of a key the newest first. */
export async function sealsInBucket(
  s3: S3Client,
  environment: Environment,
): Promise<SealVersion[]> {
  const Bucket = bucketOf(environment, 'seals');
  const found: SealVersion[] = [];
  let place = 0;
  await eachOf(versionsBelow(s3, Bucket, ''), AT_ONCE, async ({ key, id, marker }) => {
    const index = place++;
    if (marker) {
      found[index] = { key, version: id, delete_marker: true };
      return;
    }
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key, VersionId: id }));
    found[index] = { key, version: id, text: (await Body?.transformToString()) ?? '' };
  });
  return found;
}

function inBucket({ objects }: Backup, role: Role): ObjectLine[] {
  return objects.filter(({ bucket }) => bucket === role);
}

function isFile(line: ObjectLine): line is ObjectFile {
  return line.deleted !== true;
}

/** Of each key the newest version, unless that is a delete marker. */
function currentOf(lines: readonly ObjectLine[]): ObjectFile[] {
  return [...new Map(lines.map((line) => [line.key, line])).values()].filter(isFile);
}

/** S3 refuses other bytes than those of the digest. */
async function putObject(
  s3: S3Client,
  Bucket: string,
  { folder }: Backup,
  { key, file, size, sha256: digest, ...stored }: ObjectFile,
  terms: object,
): Promise<void> {
  const path = join(folder, file);
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key: key,
      // Out of memory the client sends it again where a try fails; a stream it cannot.
      Body: size <= SMALL ? await readFile(path) : createReadStream(path),
      ContentLength: size,
      ChecksumSHA256: Buffer.from(digest, 'hex').toString('base64'),
      ContentType: stored.content_type,
      ContentDisposition: stored.content_disposition,
      ContentEncoding: stored.content_encoding,
      CacheControl: stored.cache_control,
      Metadata: stored.metadata,
      ...terms,
    }),
  );
}

async function digestOf(s3: S3Client, Bucket: string, Key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const hash = createHash('sha256');
  for await (const chunk of Body as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function* keysBelow(s3: S3Client, Bucket: string, Prefix: string): AsyncGenerator<string> {
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken && { ContinuationToken }) }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
}
