import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuditRecords } from '../../lib/backup/audit.ts';
import { missing, momentOf } from '../../lib/backup/backup.ts';
import { forClient, fromClient, type Item, itemOf, plain } from '../../lib/backup/items.ts';
import { eachOf } from '../../lib/backup/many.ts';
import { namedObjects } from '../../lib/backup/named.ts';
import { fileNames } from '../../lib/backup/names.ts';
import { lock } from '../../lib/backup/put-objects.ts';

const ITEM: Item = {
  pk: { S: 'AUDIT#2026-11' },
  number: { N: '2' },
  done: { BOOL: false },
  none: { NULL: true },
  bytes: { B: 'AAEC' },
  all: { BS: ['AAEC'] },
  list: { L: [{ S: 'one' }, { M: { of: { B: '/w==' } } }] },
  names: { SS: ['a', 'b'] },
};

test('a record is the same after it went through the client', () => {
  assert.deepEqual(forClient(ITEM)['bytes'], { B: Buffer.from([0, 1, 2]) });
  assert.deepEqual(fromClient(forClient(ITEM)), ITEM);
  assert.deepEqual(itemOf(JSON.stringify({ Item: ITEM })), ITEM);
});

test('a record without types is what it says', () => {
  const { number, done, none, list } = plain(ITEM);
  assert.deepEqual([number, done, none], [2, false, null]);
  assert.deepEqual(list, ['one', { of: '/w==' }]);
});

test('the log has entries in order, without what is the table’s, and names beside them', () => {
  const records = new AuditRecords();
  const entry = (month: string, number: number, more: Item = {}): Item => ({
    pk: { S: `AUDIT#${month}` },
    sk: { S: String(number).padStart(12, '0') },
    format: { N: '1' },
    number: { N: String(number) },
    ...more,
  });
  records.take(entry('2026-12', 3));
  records.take(
    entry('2026-11', 1, {
      people: { M: { ada: { S: 'd1' }, bob: { S: 'd2' }, eve: { S: 'd3' } } },
    }),
  );
  records.take(entry('2026-11', 2));
  records.take({ pk: { S: 'AUDIT' }, sk: { S: 'HEAD' }, number: { N: '3' } });
  records.take({
    pk: { S: 'NAMES#ada' },
    sk: { S: 'NAMES' },
    salt: { S: 'salt' },
    names: { M: { d1: { M: { name: { S: 'ada@example.com' }, place: { N: '0' } } } } },
  });
  records.take({ pk: { S: 'NAMES#eve' }, sk: { S: 'NAMES' } });
  assert.deepEqual(
    [...records.lines()].map((line) => JSON.parse(line) as unknown),
    [
      {
        number: 1,
        people: { ada: 'd1', bob: 'd2', eve: 'd3' },
        names: { ada: { name: 'ada@example.com', salt: 'salt' }, eve: { name: '', salt: '' } },
      },
      { number: 2 },
      { number: 3 },
    ],
  );
  assert.deepEqual(records.partitions, ['AUDIT#2026-11', 'AUDIT#2026-12']);
  assert.deepEqual(records.people, ['NAMES#ada', 'NAMES#bob', 'NAMES#eve']);
});

test('a build names its files and their icons, and no other record names any', () => {
  const artifact = (name: string, more: Item = {}) => ({
    M: { name: { S: name }, digest: { S: `d-${name}` }, ...more },
  });
  const icon = { M: { icon: { M: { digest: { S: 'd-icon' } } } } };
  const build: Item = {
    pk: { S: 'BUILD#01' },
    sk: { S: 'BUILD' },
    app: { S: 'wallet' },
    artifacts: { L: [artifact('a.apk', { package: icon }), artifact('b.txt')] },
  };
  assert.deepEqual(namedObjects(build), [
    'artifacts/wallet/d-a.apk/a.apk',
    'icons/wallet/d-icon',
    'artifacts/wallet/d-b.txt/b.txt',
  ]);
  assert.deepEqual(namedObjects({ ...build, sk: { S: 'WITHDRAWN' } }), []);
  assert.deepEqual(namedObjects({ ...build, pk: { S: 'BUILDS#wallet' } }), []);
  assert.deepEqual(namedObjects({ ...build, artifacts: { S: 'of a later version' } }), []);
});

test('a build’s file that is missing or has other bytes is named', () => {
  const line = (key: string, sha256: string) => ({
    bucket: 'artifacts' as const,
    key,
    file: 'objects/x',
    size: 1,
    sha256,
  });
  const named = new Set([
    'artifacts/wallet/d1/a.apk',
    'artifacts/wallet/d2/b.apk',
    'icons/wallet/d3',
  ]);
  const lines = [line('artifacts/wallet/d1/a.apk', 'd1'), line('artifacts/wallet/d2/b.apk', 'd9')];
  assert.deepEqual(missing(named, lines), [
    'artifacts/wallet/d2/b.apk: its bytes are not those of the build',
    'icons/wallet/d3: a build names it, and it is not in the bucket',
  ]);
});

test('a lock of before is kept while it holds, in the stricter mode', () => {
  const now = new Date('2026-11-30T14:05:00Z');
  const until = '2036-11-30T14:05:00Z';
  const locked = (mode: 'GOVERNANCE' | 'COMPLIANCE', end = until) => ({
    retention: { mode, until: end },
  });
  const inMode = (mode: string) => ({
    ObjectLockMode: mode,
    ObjectLockRetainUntilDate: new Date(until),
  });
  assert.deepEqual(lock('GOVERNANCE', locked('GOVERNANCE'), now), inMode('GOVERNANCE'));
  assert.deepEqual(lock('GOVERNANCE', locked('COMPLIANCE'), now), inMode('COMPLIANCE'));
  assert.deepEqual(lock('COMPLIANCE', locked('GOVERNANCE'), now), inMode('COMPLIANCE'));
  assert.deepEqual(lock('COMPLIANCE', locked('COMPLIANCE', '2026-11-30T14:05:00Z'), now), {});
  assert.deepEqual(lock('COMPLIANCE', {}, now), {});
  assert.deepEqual(lock(undefined, locked('COMPLIANCE'), now), {});
});

test('a file is called as its object where that makes a path everywhere', () => {
  assert.deepEqual(
    fileNames(['seals/1.json', 'seals/1.json', 'a/B.apk', 'a/b.apk', 'a', 'a b', '../x', 'a//b']),
    [
      'seals/1.json',
      '.other/00000002',
      'a/B.apk',
      '.other/00000004',
      '.other/00000005',
      '.other/00000006',
      '.other/00000007',
      '.other/00000008',
    ],
  );
});

test('a moment is one of before, and says its zone', () => {
  const now = new Date('2026-11-30T14:05:00Z');
  assert.equal(momentOf('', now), undefined);
  assert.deepEqual(momentOf('2026-11-30T15:00:00+01:00', now), new Date('2026-11-30T14:00:00Z'));
  for (const at of ['yesterday', '2026-11-30', '2026-11-30T14:05:00', '2026-13-30T14:05:00Z'])
    assert.throws(() => momentOf(at, now), /has to be a moment such as/);
  assert.throws(() => momentOf('2026-11-30T14:05:01Z', now), /has not been yet/);
});

test('the first of many that fails ends it, once the others at work have ended', async () => {
  const ended: number[] = [];
  const act = async (one: number) => {
    await Promise.resolve();
    if (one === 2) throw new Error('two');
    ended.push(one);
  };
  await assert.rejects(eachOf([1, 2, 3, 4, 5, 6, 7, 8], 3, act), /two/);
  assert.ok(ended.includes(1) && !ended.includes(8));
});
