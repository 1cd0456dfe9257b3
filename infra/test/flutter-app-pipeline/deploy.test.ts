/** The deployment of an app, played: which bytes it gets, and with whose rights. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildspec } from '../../lib/flutter-app-pipeline/buildspec.ts';
import { play, type Played, readBuildspec } from '../pipelines/buildspec.ts';
import { type Bench, withPrograms } from '../pipelines/programs.ts';

const DEPLOY = readBuildspec(buildspec('deploy'));
const FILES = {
  'app-arm64-v8a-release.apk': 'the bytes of an APK',
  'app-x86_64-release.apk': 'the bytes of another APK',
  'mapping.txt': 'a -> b',
};
const DIGESTS = Object.values(FILES).map(sha256).join(' ');

/** Keeps each file under its digest, in the folder that $KEPT names. */
const AWS = `
echo "aws $* as \${AWS_ACCESS_KEY_ID:-the job}" >> "$CALLS"
case "$1 $2" in
  'sts assume-role') printf 'FETCHER\\tsecret\\ttoken\\n' ;;
  's3 cp')
    place=\${@: -2:1}
    kept="$KEPT/$(basename "$place")"
    if [ -d "$kept" ]; then mkdir -p "\${@: -1}" && cp "$kept"/* "\${@: -1}"; fi ;;
esac`;

const SCRIPT =
  'echo "deploys $1: $(cd "$2" && sha256sum * | tr "\\n" " ")as ${AWS_ACCESS_KEY_ID:-the job}" >> "$CALLS"\n';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function keep(bench: Bench, files: Readonly<Record<string, string>> = FILES): void {
  for (const [name, text] of Object.entries(files))
    bench.file(`kept/${sha256(text)}/${name}`, text);
}

function deploy({ folder, path }: Bench, variables: Record<string, string>): Played {
  return play(DEPLOY, folder, {
    PATH: path,
    CALLS: `${folder}/calls`,
    KEPT: `${folder}/kept`,
    APP: 'wallet',
    ENVIRONMENT: 'preprod',
    BUILD: '01K8',
    VERSION: '1.4.0',
    RELEASES_BUCKET: 'releases',
    FETCH_ROLE: 'arn:aws:iam::222222222222:role/towpath-preprod-fetch-wallet',
    EXTERNAL_ID: 'an external id',
    ...variables,
  });
}

/** Whether the app's script was called. */
function deployed(bench: Bench): boolean {
  return bench.calls().some((call) => call.startsWith('deploys'));
}

test('the script gets every file of the build, and not the rights that fetched them', () => {
  withPrograms({ aws: AWS }, (bench) => {
    bench.file('tool/deploy.sh', SCRIPT);
    keep(bench);
    const played = deploy(bench, { DIGESTS });
    assert.ok(played.ok, played.output);
    const [assumed, copied, ...rest] = bench.calls();
    assert.match(
      assumed ?? '',
      /towpath-preprod-fetch-wallet --external-id an external id .* as the job$/,
    );
    assert.match(
      copied ?? '',
      /s3:\/\/releases\/artifacts\/wallet\/[0-9a-f]{64}\/ fetched\/[0-9a-f]{64}\/ as FETCHER$/,
    );
    const files = Object.entries(FILES).map(([name, text]) => `${sha256(text)}  ${name}`);
    assert.equal(rest.at(-1), `deploys preprod: ${files.join(' ')} as the job`);
  });
});

test('a pipeline that gives one digest gets that file', () => {
  withPrograms({ aws: AWS }, (bench) => {
    bench.file('tool/deploy.sh', SCRIPT);
    keep(bench);
    const [[name, text]] = Object.entries(FILES) as [[string, string]];
    const played = deploy(bench, { SHA256: sha256(text) });
    assert.ok(played.ok, played.output);
    assert.equal(bench.calls().at(-1), `deploys preprod: ${sha256(text)}  ${name} as the job`);
  });
});

test('other bytes are not deployed, whichever file they are of', () => {
  for (const [name, text] of Object.entries(FILES))
    withPrograms({ aws: AWS }, (bench) => {
      bench.file('tool/deploy.sh', SCRIPT);
      keep(bench);
      bench.file(`kept/${sha256(text)}/${name}`, 'other bytes');
      assert.equal(deploy(bench, { DIGESTS }).ok, false, name);
      assert.equal(deployed(bench), false, name);
    });
});

test('a file that Towpath does not keep is named', () => {
  withPrograms({ aws: AWS }, (bench) => {
    bench.file('tool/deploy.sh', SCRIPT);
    keep(bench);
    const gone = sha256('gone');
    const played = deploy(bench, { DIGESTS: `${DIGESTS} ${gone}` });
    assert.equal(played.ok, false);
    assert.ok(played.output.includes(`Towpath keeps no file of wallet with the digest ${gone}`));
    assert.equal(deployed(bench), false);
  });
});

test('two files of one name are not deployed as one', () => {
  withPrograms({ aws: AWS }, (bench) => {
    bench.file('tool/deploy.sh', SCRIPT);
    keep(bench);
    keep(bench, { 'mapping.txt': 'c -> d' });
    const played = deploy(bench, { DIGESTS: `${DIGESTS} ${sha256('c -> d')}` });
    assert.equal(played.ok, false);
    assert.match(played.output, /two files of wallet as mapping\.txt/);
    assert.equal(deployed(bench), false);
  });
});

test('without the digest of every file nothing is fetched', () => {
  const refusals: readonly [Record<string, string>, RegExp][] = [
    [{ DIGESTS: `list-${sha256('all')}` }, /more files than CodePipeline's variables can name/],
    [{ DIGESTS: ' ', SHA256: '' }, /gives no digests of build 01K8/],
    [{}, /gives no digests of build 01K8/],
    [{ DIGESTS: '../../other' }, /gives no digests of build 01K8/],
    [{ SHA256: '$(touch x)' }, /gives no digests of build 01K8/],
  ];
  for (const [variables, words] of refusals)
    withPrograms({ aws: AWS }, (bench) => {
      bench.file('tool/deploy.sh', SCRIPT);
      const played = deploy(bench, variables);
      assert.equal(played.ok, false);
      assert.match(played.output, words);
      assert.deepEqual(bench.calls(), []);
    });
});

test('a repository without a script is told what to write', () => {
  withPrograms({ aws: AWS }, (bench) => {
    const played = deploy(bench, { DIGESTS });
    assert.equal(played.ok, false);
    assert.match(played.output, /has no tool\/deploy\.sh: write what deploys wallet there/);
    assert.deepEqual(bench.calls(), []);
  });
});
