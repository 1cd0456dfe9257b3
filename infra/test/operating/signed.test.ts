/** Whose package is deployed, where environments.toml names keys: signed with `infra/sign`, as people do it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseEnvironments } from '../../lib/environments/parse.ts';
import { builtPackage, checkedPackage } from '../../lib/operating/built.ts';
import { environmentToml } from '../deployment.ts';
import { placeholderPackage } from '../placeholder.ts';

const SIGN = fileURLToPath(new URL('../../sign', import.meta.url));

interface Keys {
  readonly secret: string;
  readonly open: string;
}

/** A pair of keys, as two files. They are made for the test and go with it. */
function keys(folder: string, name: string): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [secret, open] = [join(folder, `${name}.pem`), join(folder, `${name}.pub`)];
  writeFileSync(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
  return { secret, open };
}

/** A package with a true manifest, beside the keys. */
function prepared() {
  const { folder } = placeholderPackage();
  const digest = createHash('sha256').update('arm64').digest('hex');
  const manifest = { revision: 'abc', functions: { arm64: { sha256: digest } }, site: {} };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  mkdirSync(join(folder, 'keys'));
  const [ours, theirs] = ['ours', 'theirs'].map((name) => keys(join(folder, 'keys'), name));
  assert(ours && theirs);
  return { folder, ours, theirs };
}

function sign(key: string, folder: string, path = process.env['PATH'] ?? ''): void {
  const done = spawnSync(SIGN, [key, folder], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  assert.equal(done.status, 0, done.stderr);
}

describe('where a key is named', () => {
  test('a package that it signed is deployed, and while a key is changed, one of either', () => {
    const { folder, ours, theirs } = prepared();
    sign(ours.secret, folder);
    for (const named of [[ours.open], [theirs.open, ours.open]])
      assert.equal(checkedPackage(folder, ['arm64'], named).folder, folder);
  });

  test('a package without a signature is refused', () => {
    const { folder, ours } = prepared();
    assert.throws(() => checkedPackage(folder, ['arm64'], [ours.open]), /is not signed/);
  });

  test('a package that somebody else signed is refused', () => {
    const { folder, ours, theirs } = prepared();
    sign(theirs.secret, folder);
    assert.throws(() => checkedPackage(folder, ['arm64'], [ours.open]), /is no signature of/);
  });

  test('a manifest that was altered is refused, and so is a signature that was', () => {
    for (const file of ['manifest.json', 'manifest.json.sig']) {
      const { folder, ours } = prepared();
      sign(ours.secret, folder);
      const path = join(folder, file);
      writeFileSync(path, readFileSync(path, 'utf8').replace(/[a-f]/i, '0'));
      assert.throws(
        () => checkedPackage(folder, ['arm64'], [ours.open]),
        /is no signature of/,
        file,
      );
    }
  });

  test('a zip that was altered is refused, no matter who signed its manifest', () => {
    const { folder, ours } = prepared();
    sign(ours.secret, folder);
    writeFileSync(join(folder, 'arm64/bootstrap.zip'), 'altered');
    assert.throws(
      () => checkedPackage(folder, ['arm64'], [ours.open]),
      /is not what its manifest says/,
    );
  });

  test('what is built on the spot is refused: nobody has signed it', () => {
    const { ours } = prepared();
    const environments = parseEnvironments(
      `package_keys = [${JSON.stringify(ours.open)}]\n${environmentToml()}`,
      'environments.toml',
    );
    assert.deepEqual(environments.packageKeys, [ours.open]);
    assert.throws(() => builtPackage(undefined, environments), /only a signed package/);
  });

  test('a key that is none, that is private, or that is of another kind is refused', () => {
    const { folder, ours } = prepared();
    sign(ours.secret, folder);
    const other = join(folder, 'keys/rsa.pub');
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(other, publicKey.export({ type: 'spki', format: 'pem' }));
    for (const [key, why] of [
      [join(folder, 'keys/missing'), /cannot be read/],
      [ours.secret, /is no public key/],
      [other, /of another kind/],
    ] as const)
      assert.throws(() => checkedPackage(folder, ['arm64'], [key]), why, key);
  });
});

/** `aws kms sign`, with the private key that the ARN ends in: it gets the digest, and answers in base64. */
const AWS = `#!/usr/bin/env bash
set -euo pipefail
[ "$1 $2 $3 $5 $6 $7" = "kms sign --key-id --message-type DIGEST --message" ]
[ "$9 \${10}" = "--signing-algorithm ECDSA_SHA_256" ]
openssl pkeyutl -sign -inkey "\${4#*:key}" -in "\${8#fileb://}" | openssl base64 -A
`;

test('a key in KMS signs the same', () => {
  const { folder, ours } = prepared();
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/aws'), AWS);
  chmodSync(join(folder, 'bin/aws'), 0o755);
  const arn = `arn:aws:kms:eu-west-1:999999999999:key${ours.secret}`;
  sign(arn, folder, `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`);
  assert.equal(checkedPackage(folder, ['arm64'], [ours.open]).folder, folder);
});
