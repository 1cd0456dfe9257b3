/** What Towpath's own pipeline runs, played: the same bytes everywhere, or no deployment. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { play, type Played, readBuildspec } from '../pipelines/buildspec.ts';
import { type Bench, withPrograms } from '../pipelines/programs.ts';

const file = (name: string) =>
  fileURLToPath(new URL(`../../lib/own-pipeline/buildspecs/${name}.yml`, import.meta.url));
const BUILD = readBuildspec(file('build'));
const DEPLOY = readBuildspec(file('deploy'));
const SIGN = readBuildspec(file('sign'));

const ZIP = 'the bytes of a zip';
const digest = (text: string) => createHash('sha256').update(text);

const DEPLOYING = {
  npm: 'echo "npm $*" >> "$CALLS"',
  make: 'echo "make $* as $AWS_ACCESS_KEY_ID" >> "$CALLS"',
  aws: `
echo "aws $1 $2" >> "$CALLS"
case "$1" in
  sts) printf 'DELIVERY\\tsecret\\ttoken\\n' ;;
  lambda) echo "$RUNNING" ;;
esac`,
};

function deploy(bench: Bench, zip: string, running: string): Played {
  // Differences are found, which must not fail the deployment.
  bench.program('infra/drift', 'echo "drift $*" >> "$CALLS"; exit 1');
  bench.file('package/arm64/bootstrap.zip', zip);
  const functions = { arm64: { sha256: digest(ZIP).digest('hex') } };
  bench.file('package/manifest.json', JSON.stringify({ functions }));
  return play(DEPLOY, bench.folder, {
    PATH: bench.path,
    CALLS: `${bench.folder}/calls`,
    CODEBUILD_SRC_DIR_Package: `${bench.folder}/package`,
    ENVIRONMENT: 'prod',
    ARCHITECTURE: 'arm64',
    DELIVERY_ROLE: 'arn:aws:iam::333333333333:role/towpath-prod-delivery',
    EXTERNAL_ID: 'an external id',
    RUNNING: digest(running).digest('base64'),
  });
}

test('the package is deployed as it came, in the name of the environment, and looked for there', () => {
  withPrograms(DEPLOYING, (bench) => {
    const played = deploy(bench, ZIP, ZIP);
    assert.ok(played.ok, played.output);
    assert.deepEqual(bench.calls().slice(1), [
      'aws sts assume-role',
      `make deploy ENV=prod PACKAGE=${bench.folder}/package as DELIVERY`,
      'aws lambda get-function-configuration',
      'drift TowpathAccess-prod',
    ]);
  });
});

test('a package that is not what the build made is not deployed', () => {
  withPrograms(DEPLOYING, (bench) => {
    assert.equal(deploy(bench, 'other bytes', ZIP).ok, false);
    assert.ok(!bench.calls().some((call) => call.startsWith('make')));
  });
});

test('a function that runs something else afterwards is a failure', () => {
  withPrograms(DEPLOYING, (bench) => {
    assert.equal(deploy(bench, ZIP, 'other bytes').ok, false);
  });
});

const RUSTUP = '#!/usr/bin/env bash\necho "rustup-init $*" >> "$CALLS"\n';
const BUILDING = {
  // Stands in for the network: what is asked for is what it leaves.
  curl: `while [ $# -gt 1 ]; do if [ "$1" = -o ]; then printf '%s' "$RUSTUP" > "$2"; fi; shift; done`,
};

function build(bench: Bench, tests: string, sha256: string): Played {
  bench.program('.ci/run', `echo "tests" >> "$CALLS"; ${tests}`);
  bench.program(
    'infra/package',
    'echo "package $*" >> "$CALLS"; mkdir -p target/package; echo {} > target/package/manifest.json',
  );
  bench.file('Cargo.lock', 'locked');
  return play(BUILD, bench.folder, {
    PATH: bench.path,
    HOME: bench.folder,
    CALLS: `${bench.folder}/calls`,
    RUSTUP,
    RUSTUP_SHA256: sha256,
  });
}

test('every architecture is packaged once the tests have passed', () => {
  withPrograms(BUILDING, (bench) => {
    const played = build(bench, 'true', digest(RUSTUP).digest('hex'));
    assert.ok(played.ok, played.output);
    assert.deepEqual(bench.calls().slice(1), ['tests', 'package arm64 x86_64']);
  });
});

test('what fails its tests is not packaged', () => {
  withPrograms(BUILDING, (bench) => {
    assert.equal(build(bench, 'exit 1', digest(RUSTUP).digest('hex')).ok, false);
    assert.deepEqual(bench.calls().slice(1), ['tests']);
  });
});

test('compiled dependencies of another Cargo.lock are thrown away, those of this one kept', () => {
  withPrograms(BUILDING, (bench) => {
    const old = join(bench.folder, 'target/debug/deps/old');
    bench.file('target/debug/deps/old', '');
    const sha256 = digest(RUSTUP).digest('hex');
    assert.ok(build(bench, 'true', sha256).ok);
    assert.equal(existsSync(old), false);
    bench.file('target/debug/deps/old', '');
    assert.ok(build(bench, 'true', sha256).ok);
    assert.equal(existsSync(old), true);
  });
});

test('an installer with another digest is not run', () => {
  withPrograms(BUILDING, (bench) => {
    assert.equal(build(bench, 'true', '0'.repeat(64)).ok, false);
    assert.deepEqual(bench.calls(), []);
  });
});

test('the package is signed as it came, and is what the next stage gets', () => {
  const sign = readFileSync(new URL('../../sign', import.meta.url), 'utf8');
  withPrograms({ aws: 'echo "$*" >> "$CALLS"; echo c2lnbmVk' }, (bench) => {
    bench.program('infra/sign', sign);
    bench.file('built/manifest.json', '{}');
    bench.file('built/arm64/bootstrap.zip', ZIP);
    const key = 'arn:aws:kms:eu-west-1:999999999999:key/1';
    const played = play(SIGN, bench.folder, {
      PATH: bench.path,
      CALLS: `${bench.folder}/calls`,
      CODEBUILD_SRC_DIR_Built: `${bench.folder}/built`,
      SIGNING_KEY: key,
    });
    assert.ok(played.ok, played.output);
    assert.match(bench.calls().join(), new RegExp(`^kms sign --key-id ${key} `));
    const made = (name: string) => readFileSync(join(bench.folder, 'package', name), 'utf8');
    assert.equal(made('manifest.json.sig'), 'c2lnbmVk\n');
    assert.equal(made('arm64/bootstrap.zip'), ZIP);
  });
});

test('jobs that may deploy run no scripts of packages', () => {
  for (const name of ['deploy', 'drift'])
    for (const line of readFileSync(file(name), 'utf8').split('\n'))
      if (/npm (ci|install)/.test(line)) assert.match(line, /--ignore-scripts/, name);
});
