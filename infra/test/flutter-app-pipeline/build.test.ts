/** The build of an app, played with stand-ins for Flutter and Android: what is in the artifact, and what stops it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildspec } from '../../lib/flutter-app-pipeline/buildspec.ts';
import { play, type Played, readBuildspec } from '../pipelines/buildspec.ts';
import { type Tools, tools } from './tools.ts';

const BUILD = readBuildspec(buildspec('build'));
const CHECKS = readBuildspec(buildspec('checks'));
const TESTS = readBuildspec(buildspec('tests'));

async function withTools(act: (tools: Tools) => void): Promise<void> {
  const made = await tools();
  try {
    act(made);
  } finally {
    made.close();
  }
}

/** The tests, and then the build with what they left: as the pipeline does. */
function build(made: Tools, further: Record<string, string> = {}): Played {
  const tested = tests(made);
  assert.ok(tested.ok, tested.output);
  const CODEBUILD_SRC_DIR_Tests = join(made.app, TESTS.artifacts?.['base-directory'] ?? '');
  return play(BUILD, made.app, { ...made.variables, CODEBUILD_SRC_DIR_Tests, ...further });
}

function tests({ app, variables }: Tools, further: Record<string, string> = {}): Played {
  return play(TESTS, app, { ...variables, ...further });
}

function artifact({ app }: Tools): string[] {
  const { artifacts } = BUILD;
  assert.equal(artifacts?.['discard-paths'], 'yes');
  return readdirSync(join(app, artifacts['base-directory'] ?? '')).sort();
}

test('the artifact holds what Towpath keeps of a build, under names that it knows', () =>
  withTools((made) => {
    const played = build(made);
    assert.ok(played.ok, played.output);
    assert.deepEqual(artifact(made), [
      'app-arm64-v8a-release.apk',
      'app-armeabi-v7a-release.apk',
      'app-x86_64-release.apk',
      'app.android-arm64.symbols',
      'junit.xml',
      'mapping.txt',
      'sbom.cdx.json',
      'web.tar.gz',
    ]);
    const web = join(made.app, 'towpath-build/web.tar.gz');
    assert.match(execFileSync('tar', ['-tzf', web], { encoding: 'utf8' }), /index\.html/);
  }));

test('one APK for all processors, where the project asks for it', () =>
  withTools((made) => {
    rmSync(join(made.app, 'web'), { recursive: true });
    const played = build(made, { SPLIT_PER_ABI: 'no' });
    assert.ok(played.ok, played.output);
    assert.deepEqual(
      artifact(made).filter((name) => name.endsWith('.apk')),
      ['app-release.apk'],
    );
    assert.ok(!artifact(made).includes('web.tar.gz'), 'an app without web/ has no web bundle');
  }));

test('the version code goes on from where the app was', () =>
  withTools((made) => {
    build(made, { BUILD_NUMBER_BASE: '1000' });
    assert.ok(made.calls().some((call) => call.includes('--build-number 1041')));
    assert.ok(made.calls().includes('sdkmanager --licenses y'));
  }));

test('the upload key is where Flutter looks for it, for nobody else to read', () =>
  withTools((made) => {
    const played = build(made, {
      KEYSTORE_BASE64: Buffer.from('keystore').toString('base64'),
      KEYSTORE_PASSWORD: 'pass % word',
      KEY_ALIAS: 'upload',
      KEY_PASSWORD: 'of the key',
    });
    assert.ok(played.ok, played.output);
    const properties = readFileSync(join(made.app, 'android/key.properties'), 'utf8');
    assert.deepEqual(properties.trim().split('\n'), [
      'storeFile=upload-keystore.jks',
      'storePassword=pass % word',
      'keyAlias=upload',
      'keyPassword=of the key',
    ]);
    assert.equal(
      readFileSync(join(made.app, 'android/app/upload-keystore.jks'), 'utf8'),
      'keystore',
    );
    assert.doesNotMatch(played.output, /pass % word|of the key/);
  }));

test('a test that fails stops the pipeline before the build, and leaves its report', () =>
  withTools((made) => {
    assert.equal(tests(made, { TESTS_FAIL: '1' }).ok, false);
    assert.ok(existsSync(join(made.app, 'towpath-tests/junit.xml')));
    assert.ok(!existsSync(join(made.app, 'towpath-tests/sbom.cdx.json')));
  }));

test('the SBOM lists what pubspec.lock does, with its digests', () =>
  withTools((made) => {
    const played = tests(made);
    assert.ok(played.ok, played.output);
    const text = readFileSync(join(made.app, 'towpath-tests/sbom.cdx.json'), 'utf8');
    assert.deepEqual(JSON.parse(text), {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      components: [
        {
          type: 'library',
          'bom-ref': 'pkg:pub/async@2.13.0',
          name: 'async',
          version: '2.13.0',
          purl: 'pkg:pub/async@2.13.0',
          hashes: [
            {
              alg: 'SHA-256',
              content: '758e6d74e971c3e5aceb4110bfd6698efc7f501675bcfe0c775459a8140750eb',
            },
          ],
        },
        {
          type: 'library',
          'bom-ref': 'pkg:pub/ours@1.0.0+2',
          name: 'ours',
          version: '1.0.0+2',
          purl: 'pkg:pub/ours@1.0.0+2',
          externalReferences: [
            {
              type: 'vcs',
              url: 'https://git.example.com/ours.git',
              comment: '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c',
            },
          ],
        },
      ],
    });
  }));

test('the job that holds the signing key runs no tool but those that build', () =>
  withTools((made) => {
    const played = build(made);
    assert.ok(played.ok, played.output);
    const commands = Object.values(BUILD.phases).flatMap((phase) => phase.commands);
    assert.doesNotMatch(commands.join('\n'), /npx|npm|pip|pub global|flutter test/);
  }));

test('of what the tests left, only what is known gets into a release', () =>
  withTools((made) => {
    const left = join(made.app, 'elsewhere');
    mkdirSync(left);
    for (const name of ['junit.xml', 'sbom.cdx.json', 'app-release.apk'])
      writeFileSync(join(left, name), 'left');
    rmSync(join(made.app, 'towpath-build'), { recursive: true, force: true });
    const played = build(made, { CODEBUILD_SRC_DIR_Tests: left });
    assert.ok(played.ok, played.output);
    assert.ok(artifact(made).includes('junit.xml'));
    assert.ok(!artifact(made).includes('app-release.apk'));
  }));

test('a Flutter with another digest is not unpacked', () =>
  withTools((made) => {
    const wrong = { FLUTTER_SHA256: '0'.repeat(64) };
    assert.equal(tests(made, wrong).ok, false);
    assert.equal(play(BUILD, made.app, { ...made.variables, ...wrong }).ok, false);
    assert.ok(!existsSync(join(made.variables['TOOLCHAIN'] ?? '', 'flutter')));
  }));

test('a pull request is formatted, analysed and tested', () =>
  withTools((made) => {
    const played = play(CHECKS, made.app, made.variables);
    assert.ok(played.ok, played.output);
    const calls = made.calls();
    for (const call of ['dart format', 'flutter analyze', 'flutter test'])
      assert.ok(
        calls.some((made) => made.startsWith(call)),
        call,
      );
    assert.equal(play(CHECKS, made.app, { ...made.variables, TESTS_FAIL: '1' }).ok, false);
  }));
