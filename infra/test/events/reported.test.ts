import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REPORTED } from '../../lib/events/reported.ts';

const backend = fileURLToPath(new URL('../../../backend/', import.meta.url));
const sources = `${backend}sources/src/`;

/** All that the reader of sources is written in. */
const reader = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.rs'))
  .map((path) => readFileSync(`${sources}${path}`, 'utf8'))
  .join('\n');

/** The sources whose events arrive through EventBridge, by the one list of sources. */
const listed = [
  ...readFileSync(`${backend}domain/src/source.rs`, 'utf8').matchAll(
    /name: "([a-z]+)",\s+arrival: Arrival::EventBridge\("([a-z.]+)"\)/g,
  ),
].map(([, name, source]) => ({ name, source }));

/** Whether a system is in that list. The others are acknowledged and not recorded. */
const isListed = (name: string): boolean => listed.some((source) => source.name === name);

test('every source whose events arrive through EventBridge is listened for', () => {
  const heard = REPORTED.filter(({ name }) => isListed(name));
  assert.deepEqual(
    heard.map(({ name, source }) => ({ name, source })),
    listed,
  );
  assert.ok(listed.length > 1);
});

test('every kind of event that the reader understands is listened for', () => {
  const understood = [...reader.matchAll(/"([A-Z][A-Za-z]+ [A-Z][A-Za-z ]+ Change)" =>/g)]
    .map(([, kind]) => kind)
    .sort();
  const heard = REPORTED.filter(({ name }) => isListed(name)).flatMap(
    ({ detailTypes }) => detailTypes,
  );
  assert.deepEqual(understood, [...heard].sort());
  assert.ok(understood.length > 1);
});

test('no system is listened for whose events would end as dead letters', () => {
  for (const { name, source } of REPORTED) {
    assert.ok(isListed(name) || reader.includes(`"${source}"`), source);
  }
});
