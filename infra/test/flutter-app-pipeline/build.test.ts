/** The build of an app, played with stand-ins for Flutter and Android: what is in the artifact, and what stops it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildspec } from '../../lib/flutter-app-pipeline/buildspec.ts';
import { play, type Played, readBuildspec } from '../pipelines/buildspec.ts';
import { type Tools, tools } from './tools.ts';

const BUILD = readBuildspec(buildspec('build'));
const CHECKS = readBuildspec(buildspec('checks'));

async function withTools(act: (tools: Tools) => void): Promise<void> {
  const made = await tools();
  try {
    act(made);
  } finally {
    made.close();
  }
}

function build({ app, variables }: Tools, further: Record<string, string> = {}): Played {
  return play(BUILD, app, { ...variables, ...further });
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

test('a test that fails stops the build, and leaves its report', () =>
  withTools((made) => {
    const played = build(made, { TESTS_FAIL: '1' });
    assert.equal(played.ok, false);
    assert.ok(existsSync(join(made.app, 'towpath-build/junit.xml')));
    assert.ok(!made.calls().some((call) => call.startsWith('flutter build')));
  }));

test('a Flutter with another digest is not unpacked', () =>
  withTools((made) => {
    const played = build(made, { FLUTTER_SHA256: '0'.repeat(64) });
    assert.equal(played.ok, false);
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
