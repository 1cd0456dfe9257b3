/** What is refused as a backup. The emulator's tests write and read whole ones. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readBackup } from '../../lib/backup/format.ts';

const parent = mkdtempSync(join(tmpdir(), 'towpath-format-'));
after(() => {
  rmSync(parent, { recursive: true });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const RECORDS = '{"Item":{"pk":{"S":"HOLDS"},"sk":{"S":"dev"}}}\n';
const SEAL = '{"number":1}';
const MANIFEST = {
  format: 1,
  made_at: '2026-11-30T14:05:00Z',
  version: '0.1.0',
  table: { items: 1, sha256: sha256(RECORDS) },
};
const OBJECT = {
  bucket: 'seals',
  key: 'seals/1.json',
  version: 'v1',
  size: SEAL.length,
  sha256: sha256(SEAL),
  content_type: 'application/json',
  retention: { mode: 'COMPLIANCE', until: '2036-11-30T14:05:00Z' },
  file: 'objects/seals/00000001',
};

/** A backup with those members in its manifest and its one object. */
function backupWith(manifest: object = {}, object: object = {}): string {
  const folder = mkdtempSync(join(parent, 'backup-'));
  mkdirSync(join(folder, 'objects/seals'), { recursive: true });
  const lines = `${JSON.stringify({ ...OBJECT, ...object })}\n`;
  const objects = { count: 1, bytes: SEAL.length, sha256: sha256(lines) };
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...MANIFEST, objects, ...manifest }),
  );
  writeFileSync(join(folder, 'records.jsonl'), RECORDS);
  writeFileSync(join(folder, 'objects.jsonl'), lines);
  writeFileSync(join(folder, OBJECT.file), SEAL);
  return folder;
}

test('a backup is read with what a later version may add', async () => {
  const { manifest, objects } = await readBackup(backupWith({ more: 1 }, { more: 1 }));
  assert.equal(manifest.table.items, 1);
  assert.deepEqual(
    objects.map(({ key, version }) => [key, version]),
    [['seals/1.json', 'v1']],
  );
});

test('a delete marker has no file', async () => {
  const marker = { deleted: true, file: undefined, size: undefined, sha256: undefined };
  const { objects } = await readBackup(backupWith({}, marker));
  assert.deepEqual(
    objects.map(({ deleted }) => deleted),
    [true],
  );
});

for (const [what, folder, said] of [
  ['another format', () => backupWith({ format: 2 }), /cannot be read by this version/],
  [
    'other records',
    () => backupWith({ table: { items: 1, sha256: sha256('') } }),
    /records\.jsonl is not what was written/,
  ],
  [
    'fewer records',
    () => backupWith({ table: { items: 2, sha256: sha256(RECORDS) } }),
    /has 1 records, and 2 were written/,
  ],
  [
    'another object',
    () => backupWith({}, { sha256: sha256('') }),
    /00000001 is not what was written/,
  ],
  ['a missing object', () => backupWith({}, { file: 'objects/seals/2' }), /seals\/2 is missing/],
  ['an object outside', () => backupWith({}, { file: 'objects/../../secret' }), /a path with \.\./],
  [
    'an object of elsewhere',
    () => backupWith({}, { file: '/etc/passwd' }),
    /cannot be read by this version/,
  ],
  ['no backup', () => mkdtempSync(join(parent, 'none-')), /holds no manifest\.json/],
] as const)
  test(`${what} is refused`, async () => {
    await assert.rejects(readBackup(folder()), said);
  });
