import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkedPackage } from '../../lib/operating/built.ts';
import { placeholderPackage } from '../placeholder.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A package with a manifest that tells the truth. */
function packageWithManifest(): string {
  const { folder } = placeholderPackage();
  writeFileSync(join(folder, 'site/islands.js'), 'islands');
  writeFileSync(join(folder, 'arm64/sbom.cdx.json'), '{}');
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({
      revision: 'abc',
      functions: { arm64: { sha256: sha256('arm64'), sbom: { sha256: sha256('{}') } } },
      site: { 'site/islands.js': { sha256: sha256('islands') } },
    }),
  );
  return folder;
}

test('a package that is what its manifest says can be deployed', () => {
  const folder = packageWithManifest();
  assert.equal(checkedPackage(folder, ['arm64']).folder, folder);
});

test('a package that was altered is refused', () => {
  for (const file of ['arm64/bootstrap.zip', 'arm64/sbom.cdx.json', 'site/islands.js']) {
    const folder = packageWithManifest();
    writeFileSync(join(folder, file), 'altered');
    assert.throws(
      () => checkedPackage(folder, ['arm64']),
      /is not what its manifest says:\nexpected [0-9a-f]{64}, found [0-9a-f]{64}/,
      file,
    );
  }
});

test('a file that was added to the pages is refused', () => {
  const folder = packageWithManifest();
  writeFileSync(join(folder, 'site/more.js'), 'more');
  assert.throws(() => checkedPackage(folder, ['arm64']), /more\.js is not in its manifest/);
});

test('a package for another architecture is refused', () => {
  assert.throws(
    () => checkedPackage(packageWithManifest(), ['arm64', 'x86_64']),
    /was not built for x86_64: build it with `infra\/package arm64 x86_64`/,
  );
});

test('a folder that is no package is refused', () => {
  const folder = packageWithManifest();
  rmSync(join(folder, 'manifest.json'));
  assert.throws(
    () => checkedPackage(folder, ['arm64']),
    /holds no manifest.json: PACKAGE has to be/,
  );
});
