/**
 * The templates of all environments, as `environments.toml` lists them, beside what they were: a reviewer sees what a
 * change does to each. `make infra UPDATE=1` writes them anew.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readApp } from '../lib/app.ts';
import { placeholderPackage } from './placeholder.ts';

const SNAPSHOTS = fileURLToPath(new URL('snapshots', import.meta.url));
const SUFFIX = '.template.json';
const update = process.env['UPDATE'] === '1';

const outdir = mkdtempSync(join(tmpdir(), 'towpath-templates-'));
after(() => {
  rmSync(outdir, { recursive: true });
});
readApp({ package: placeholderPackage().folder }, { outdir }).synth();

const templates = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort();
const pretty = (path: string) =>
  `${JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), undefined, 1)}\n`;

if (update) {
  rmSync(SNAPSHOTS, { recursive: true, force: true });
  mkdirSync(SNAPSHOTS);
  for (const name of templates(outdir))
    writeFileSync(join(SNAPSHOTS, name), pretty(join(outdir, name)));
}

describe('the templates are as they were (or: make infra UPDATE=1)', () => {
  test('there are as many', () => {
    assert.deepEqual(templates(outdir), templates(SNAPSHOTS));
  });
  for (const name of templates(SNAPSHOTS))
    test(name.slice(0, -SUFFIX.length), () => {
      assert.equal(pretty(join(outdir, name)), readFileSync(join(SNAPSHOTS, name), 'utf8'));
    });
});
