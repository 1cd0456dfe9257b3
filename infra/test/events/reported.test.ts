import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REPORTED } from '../../lib/events/reported.ts';

const sources = fileURLToPath(new URL('../../../backend/sources/src/', import.meta.url));

/** All that the reader of sources is written in. */
const reader = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.rs'))
  .map((path) => readFileSync(`${sources}${path}`, 'utf8'))
  .join('\n');

const read = ['codepipeline', 'codebuild'];

test('every kind of event that the reader understands is listened for', () => {
  const understood = [...reader.matchAll(/"(Code(?:Pipeline|Build) [A-Z][A-Za-z ]+ Change)" =>/g)]
    .map(([, kind]) => kind)
    .sort();
  const heard = REPORTED.filter(({ name }) => read.includes(name)).flatMap(
    ({ detailTypes }) => detailTypes,
  );
  assert.deepEqual(understood, [...heard].sort());
  assert.equal(understood.length, 5);
});

test('no system is listened for whose events would end as dead letters', () => {
  for (const { source } of REPORTED) assert.ok(reader.includes(`"${source}"`), source);
});
