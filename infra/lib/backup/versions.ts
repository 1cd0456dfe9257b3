/** The versions of a bucket's objects, and which of them there were at some moment. */
import {
  type DeleteMarkerEntry,
  ListObjectVersionsCommand,
  type ObjectVersion,
  type S3Client,
} from '@aws-sdk/client-s3';

/** A version of an object, or a delete marker over it. */
export interface Version {
  readonly key: string;
  readonly id: string;
  /** S3 lists it to the second. */
  readonly at: Date;
  readonly marker: boolean;
}

/** All versions below a prefix, of a key the newest first. */
export async function* versionsBelow(
  s3: S3Client,
  Bucket: string,
  Prefix: string,
): AsyncGenerator<Version> {
  let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...from }));
    const listed = [
      ...(page.Versions ?? []).map((each) => version(each, false)),
      ...(page.DeleteMarkers ?? []).map((each) => version(each, true)),
    ];
    // S3 lists the markers apart. Of one second, the newest is that which has no other after it.
    yield* listed.sort((one, other) => inOrder(one, other));
    if (!page.IsTruncated) return;
    from = {
      ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
      ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
}

type Listed = Version & { readonly latest: boolean };

function version(listed: ObjectVersion | DeleteMarkerEntry, marker: boolean): Listed {
  const { Key = '', VersionId = '', LastModified = new Date(0), IsLatest = false } = listed;
  return { key: Key, id: VersionId, at: LastModified, marker, latest: IsLatest };
}

function inOrder(one: Listed, other: Listed): number {
  return (
    inOrderOfKeys(one, other) ||
    Number(other.latest) - Number(one.latest) ||
    other.at.getTime() - one.at.getTime()
  );
}

/** What of each key was to be seen at that moment, of all its versions with the newest first. */
export function currentAt(versions: readonly Version[], moment: Date): Version[] {
  const decided = new Set<string>();
  return versions.filter(({ key, at, marker }) => {
    if (at > moment || decided.has(key)) return false;
    decided.add(key);
    return !marker;
  });
}

/** The versions that there were at that moment, in the order of keys, the oldest of a key first. */
export function versionsUntil(versions: readonly Version[], moment: Date): Version[] {
  return versions
    .filter(({ at }) => at <= moment)
    .reverse()
    .sort((one, other) => inOrderOfKeys(one, other));
}

function inOrderOfKeys(one: Version, other: Version): number {
  return Buffer.compare(Buffer.from(one.key), Buffer.from(other.key));
}
