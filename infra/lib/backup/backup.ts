/** `make backup`: the table as it was at one moment, and the objects that it had, as files in an open format. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parse } from 'smol-toml';
import type { Environment } from '../environments/environment.ts';
import { checkIdentity } from '../operating/identity.ts';
import { Refusal } from '../operating/refusal.ts';
import { ROOT } from '../operating/root.ts';
import { WRITTEN_ONCE } from '../releases/releases.ts';
import { AuditRecords, type Verdict, verifyAudit } from './audit.ts';
import { exportTable, type Source } from './export.ts';
import {
  FORMAT,
  MANIFEST,
  type Manifest,
  type ObjectLine,
  OBJECTS,
  readBackup,
  RECORDS,
  type Role,
} from './format.ts';
import { itemOf } from './items.ts';
import { linesIn, writeDigested, writeLines } from './lines.ts';
import { eachOf } from './many.ts';
import { namedObjects } from './named.ts';
import { fileNames } from './names.ts';
import { bucketOf } from './places.ts';
import { sealsOf } from './seals.ts';
import { currentAt, type Version, versionsBelow, versionsUntil } from './versions.ts';

/** How many objects are fetched at once. */
const AT_ONCE = 8;

export interface BackupOptions {
  /** The folder to make. */
  readonly to: string | undefined;
  /** A moment of before; left out, now. */
  readonly at: string | undefined;
}

export async function backUp(environment: Environment, options: BackupOptions): Promise<void> {
  const { name, region } = environment;
  const folder = newFolder(name, options.to);
  const at = momentOf(options.at, new Date());
  await checkIdentity(environment);
  const source = {
    environment,
    dynamo: new DynamoDBClient({ region }),
    s3: new S3Client({ region }),
  };
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  // It says much about people.
  mkdirSync(partial, { mode: 0o700 });
  let verdict;
  let incomplete: readonly string[];
  try {
    incomplete = await write(source, partial, at);
    verdict = await verify(partial);
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
  console.log(`==> the backup is in ${folder}`);
  const { verifies, said } = verdict;
  if (!verifies) throw new Refusal('its audit log does not verify (docs/audit.md):', said);
  console.log(`==> its audit log verifies: ${said}`);
  if (incomplete.length > 0)
    throw new Refusal('all that the buckets have is in it, and this is not:', ...incomplete);
}

/** The folder of TO, which must not be there: a backup is never written over. */
function newFolder(environment: string, to: string | undefined): string {
  if (to === undefined || to === '')
    throw new Refusal(`say where to: make backup ENV=${environment} TO=<folder>`);
  const folder = resolve(ROOT, to);
  if (existsSync(folder))
    throw new Refusal(`${folder} is there already: name a folder that is not`);
  if (!existsSync(dirname(folder)))
    throw new Refusal(`${dirname(folder)} is missing: make it first`);
  return folder;
}

/** The moment of AT. */
export function momentOf(at: string | undefined, now: Date): Date | undefined {
  if (at === undefined || at === '') return undefined;
  const moment = new Date(at);
  if (!/T.*(Z|[+-]\d\d:\d\d)$/.test(at) || Number.isNaN(moment.getTime()))
    throw new Refusal(`AT is "${at}": it has to be a moment such as 2026-11-30T14:05:00Z`);
  if (moment > now) throw new Refusal(`AT is "${at}", which has not been yet`);
  return moment;
}

/** Returns what could not be had, a sentence each. */
async function write(
  source: Source,
  folder: string,
  at: Date | undefined,
): Promise<readonly string[]> {
  console.log('==> DynamoDB exports the table, which takes some minutes');
  const exported = await exportTable(source, at);
  const { moment } = exported;
  const named = new Set<string>();
  let records;
  try {
    records = await writeLines(join(folder, RECORDS), noting(exported.lines, named));
  } finally {
    await exported.discard();
  }
  if (records.count !== exported.items)
    throw new Refusal(
      `DynamoDB exported ${exported.items} records, and ${records.count} were read: begin anew`,
    );
  console.log(`==> ${records.count} records as they were at ${moment.toISOString()}`);

  // After the table: what its records name was there before them.
  const lines = [
    ...(await copyArtifacts(source, folder, moment)),
    ...(await copySeals(source, folder, moment)),
  ];
  const incomplete = missing(named, lines);
  const objects = await writeLines(
    join(folder, OBJECTS),
    lines.map((line) => JSON.stringify(line)),
  );
  const manifest: Manifest = {
    format: FORMAT,
    made_at: moment.toISOString(),
    version: version(),
    table: { items: records.count, sha256: records.sha256 },
    objects: { count: objects.count, bytes: bytesOf(lines), sha256: objects.sha256 },
    ...(incomplete.length > 0 && { incomplete }),
  };
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return incomplete;
}

/** What builds name and the bucket lacks, or has with other bytes than its key says. */
export function missing(named: ReadonlySet<string>, lines: readonly ObjectLine[]): string[] {
  const digests = new Map(
    lines.map((line) => [line.key, line.deleted === true ? undefined : line.sha256]),
  );
  return [...named].flatMap((key) => {
    const found = digests.get(key);
    if (found === undefined) return [`${key}: a build names it, and it is not in the bucket`];
    return key.split('/')[2] === found ? [] : [`${key}: its bytes are not those of the build`];
  });
}

/** The same lines, once it is noted which objects they name. */
async function* noting(lines: AsyncIterable<string>, named: Set<string>): AsyncGenerator<string> {
  for await (const line of lines) {
    for (const key of namedObjects(itemOf(line))) named.add(key);
    yield line;
  }
}

/** That of the program which this repository makes. */
function version(): string {
  const cargo = parse(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8')) as {
    readonly workspace: { readonly package: { readonly version: string } };
  };
  return cargo.workspace.package.version;
}

function bytesOf(lines: readonly ObjectLine[]): number {
  return lines.reduce((sum, line) => sum + (line.deleted === true ? 0 : line.size), 0);
}

/** What builds consist of: of each key the version that was there. What is on its way in comes again. */
async function copyArtifacts(source: Source, folder: string, moment: Date): Promise<ObjectLine[]> {
  const versions: Version[] = [];
  const bucket = bucketOf(source.environment, 'artifacts');
  for (const prefix of [...WRITTEN_ONCE].sort())
    for await (const found of versionsBelow(source.s3, bucket, prefix)) versions.push(found);
  return copy(source, folder, 'artifacts', currentAt(versions, moment));
}

/** Every version of every seal, and every delete marker: any but one version is a finding of verification. */
async function copySeals(source: Source, folder: string, moment: Date): Promise<ObjectLine[]> {
  const versions: Version[] = [];
  const bucket = bucketOf(source.environment, 'seals');
  for await (const found of versionsBelow(source.s3, bucket, '')) versions.push(found);
  return copy(source, folder, 'seals', versionsUntil(versions, moment));
}

async function copy(
  source: Source,
  folder: string,
  bucket: Role,
  wanted: readonly Version[],
): Promise<ObjectLine[]> {
  mkdirSync(join(folder, 'objects', bucket), { recursive: true });
  const names = fileNames(wanted.map(({ key }) => key));
  const lines: ObjectLine[] = [];
  let done = 0;
  await eachOf(wanted.entries(), AT_ONCE, async ([index, each]) => {
    const { key, id, at, marker } = each;
    const common = { bucket, key, version: id, modified: at.toISOString() };
    lines[index] = marker
      ? { ...common, deleted: true }
      : { ...common, ...(await fetched(source, folder, each, bucket, names[index] ?? '')) };
    done += 1;
    if (done % 1000 === 0) console.log(`==> ${done} of ${wanted.length} objects of ${bucket}`);
  });
  console.log(`==> ${lines.length} objects of ${bucket}, ${bytesOf(lines)} bytes`);
  return lines;
}

/** Fetches one version into a file; gives what is to be said of it. */
async function fetched(
  { environment, s3 }: Source,
  folder: string,
  { key, id }: Version,
  role: Role,
  name: string,
) {
  const file = `objects/${role}/${name}`;
  const got = await s3.send(
    new GetObjectCommand({ Bucket: bucketOf(environment, role), Key: key, VersionId: id }),
  );
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  const digested = await writeDigested(join(folder, file), got.Body as Readable);
  if (got.ContentLength !== undefined && digested.size !== got.ContentLength)
    throw new Refusal(
      `${key} broke off after ${digested.size} of ${got.ContentLength} bytes: begin anew`,
    );
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = got;
  return {
    file,
    ...digested,
    ...(got.ContentType !== undefined && { content_type: got.ContentType }),
    ...(got.ContentDisposition !== undefined && { content_disposition: got.ContentDisposition }),
    ...(got.ContentEncoding !== undefined && { content_encoding: got.ContentEncoding }),
    ...(got.CacheControl !== undefined && { cache_control: got.CacheControl }),
    ...(got.Metadata && Object.keys(got.Metadata).length > 0 && { metadata: got.Metadata }),
    ...(mode && until && { retention: { mode, until: until.toISOString() } }),
  };
}

/** Reads all that was written once more, and verifies the audit log that is in it. */
async function verify(folder: string): Promise<Verdict> {
  const { objects } = await readBackup(folder);
  const records = new AuditRecords();
  for await (const line of linesIn(join(folder, RECORDS))) records.take(itemOf(line));
  return verifyAudit(records, sealsOf(folder, objects));
}
