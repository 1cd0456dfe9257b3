/** The format of a backup: a folder that `towpath backup` and `make backup` write alike. docs/backup-aws.md says what is in it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../operating/refusal.ts';
import { countLines, digestOf, linesIn } from './lines.ts';

export const FORMAT = 1;
export const MANIFEST = 'manifest.json';
export const RECORDS = 'records.jsonl';
export const OBJECTS = 'objects.jsonl';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Members that a version of this program does not know do not matter to it. */
const manifest = z.object({
  format: z.literal(FORMAT),
  /** The moment that the records are of. */
  made_at: z.string(),
  /** The version of Towpath that made it. */
  version: z.string(),
  table: z.object({ items: z.int(), sha256: digest }),
  objects: z.object({ count: z.int(), bytes: z.int(), sha256: digest }),
  /** What is missing, a sentence each. */
  incomplete: z.array(z.string()).optional(),
});
export type Manifest = z.infer<typeof manifest>;

/** What an object is stored with. */
const stored = z.object({
  content_type: z.string().optional(),
  content_disposition: z.string().optional(),
  content_encoding: z.string().optional(),
  cache_control: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

/** A version of an object, or a delete marker over it. Those of a key come the oldest first. */
const objectLine = stored.extend({
  /** `pipelines` is where `towpath serve` keeps the files of its local pipelines; a deployment has no such bucket. */
  bucket: z.enum(['artifacts', 'seals', 'pipelines']),
  key: z.string().min(1),
  version: z.string().optional(),
  deleted: z.boolean().optional(),
  modified: z.string().optional(),
  retention: z
    .object({ mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), until: z.iso.datetime({ offset: true }) })
    .optional(),
});
const fileLine = objectLine.extend({
  deleted: z.literal(false).optional(),
  /** Where its bytes are, from the backup's folder. */
  file: z
    .string()
    .startsWith('objects/')
    .refine((path) => normalize(path) === path, 'a path with ..'),
  size: z.int().min(0),
  sha256: digest,
});
const markerLine = objectLine.extend({ deleted: z.literal(true) });
const anyLine = z.union([fileLine, markerLine]);
export type ObjectFile = z.infer<typeof fileLine>;
export type ObjectLine = z.infer<typeof anyLine>;

/** Whose objects: those of builds, or the seals of the audit log. */
export type Role = 'artifacts' | 'seals';

/** A backup, read and found undamaged. */
export interface Backup {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly objects: readonly ObjectLine[];
}

/** Reads a backup. One that lacks something, or is other than when it was made, is refused. */
export async function readBackup(folder: string): Promise<Backup> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path))
    throw new Refusal(
      `${folder} holds no ${MANIFEST}: FROM has to be a folder that a backup was made into`,
    );
  const found = parsed(manifest, readFileSync(path, 'utf8'), path);
  const records = join(folder, RECORDS);
  await checkFile(records, found.table.sha256);
  const items = await countLines(records);
  if (items !== found.table.items)
    throw new Refusal(`${records} has ${items} records, and ${found.table.items} were written`);
  return { folder, manifest: found, objects: await readObjects(folder, found) };
}

async function readObjects(folder: string, { objects }: Manifest): Promise<ObjectLine[]> {
  const path = join(folder, OBJECTS);
  await checkFile(path, objects.sha256);
  const read: ObjectLine[] = [];
  for await (const line of linesIn(path)) {
    const object = parsed(anyLine, line, path);
    if (object.deleted !== true)
      await checkFile(join(folder, object.file), object.sha256, object.size);
    read.push(object);
  }
  return read;
}

function parsed<T>(schema: z.ZodType<T>, text: string, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(`${path} is damaged: a line in it is no JSON`);
  }
  const { data, error } = schema.safeParse(value);
  if (error) throw new Refusal(`${path} cannot be read by this version:`, z.prettifyError(error));
  return data;
}

async function checkFile(path: string, sha256: string, size?: number): Promise<void> {
  if (!existsSync(path)) throw new Refusal(`the backup is damaged: ${path} is missing`);
  const found = await digestOf(path);
  if (found.sha256 !== sha256 || (size !== undefined && found.size !== size))
    throw new Refusal(`the backup is damaged: ${path} is not what was written`);
}
