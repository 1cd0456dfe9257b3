import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentAt, type Version, versionsUntil } from '../../lib/backup/versions.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 30, 14, minute));
const version = (key: string, id: string, minute: number, marker = false): Version => ({
  key,
  id,
  at: at(minute),
  marker,
});

/** As S3 lists them: of a key the newest first. */
const VERSIONS = [
  version('a', 'a2', 20, true),
  version('a', 'a1', 10),
  version('b', 'b3', 30),
  version('b', 'b2', 20, true),
  version('b', 'b1', 10),
  version('c', 'c1', 40),
];
const ids = (versions: readonly Version[]) => versions.map(({ id }) => id);

test('of each key, a moment has the version that was to be seen then', () => {
  assert.deepEqual(ids(currentAt(VERSIONS, at(9))), []);
  assert.deepEqual(ids(currentAt(VERSIONS, at(10))), ['a1', 'b1']);
  assert.deepEqual(ids(currentAt(VERSIONS, at(25))), []);
  assert.deepEqual(ids(currentAt(VERSIONS, at(30))), ['b3']);
  assert.deepEqual(ids(currentAt(VERSIONS, at(50))), ['b3', 'c1']);
});

test('all versions up to a moment come in the order of keys, the oldest of a key first', () => {
  assert.deepEqual(ids(versionsUntil(VERSIONS, at(20))), ['a1', 'a2', 'b1', 'b2']);
});
