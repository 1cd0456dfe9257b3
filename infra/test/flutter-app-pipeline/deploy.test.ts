/** The deployment of an app, played: which bytes it gets, and with whose rights. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildspec } from '../../lib/flutter-app-pipeline/buildspec.ts';
import { play, type Played, readBuildspec } from '../pipelines/buildspec.ts';
import { type Bench, withPrograms } from '../pipelines/programs.ts';

const DEPLOY = readBuildspec(buildspec('deploy'));
const APK = 'the bytes of an APK';

const AWS = `
echo "aws $* as \${AWS_ACCESS_KEY_ID:-the job}" >> "$CALLS"
case "$1 $2" in
  'sts assume-role') printf 'FETCHER\\tsecret\\ttoken\\n' ;;
  's3 cp') if [ -n "$STORED" ]; then printf '%s' "$STORED" > "\${@: -1}app-release.apk"; fi ;;
esac`;

const SCRIPT =
  'echo "deploys $1 from $2: $(cat "$2"/*.apk) as ${AWS_ACCESS_KEY_ID:-the job}" >> "$CALLS"\n';

function deploy({ folder, path }: Bench, stored: string): Played {
  return play(DEPLOY, folder, {
    PATH: path,
    CALLS: `${folder}/calls`,
    STORED: stored,
    APP: 'wallet',
    ENVIRONMENT: 'preprod',
    BUILD: '01K8',
    VERSION: '1.4.0',
    SHA256: createHash('sha256').update(APK).digest('hex'),
    RELEASES_BUCKET: 'releases',
    FETCH_ROLE: 'arn:aws:iam::222222222222:role/towpath-preprod-fetch',
    EXTERNAL_ID: 'an external id',
  });
}

test('the script gets the bytes of the digest, and not the rights that fetched them', () => {
  withPrograms({ aws: AWS }, (bench) => {
    bench.file('tool/deploy.sh', SCRIPT);
    const played = deploy(bench, APK);
    assert.ok(played.ok, played.output);
    const [assumed, copied, deployed] = bench.calls();
    assert.match(
      assumed ?? '',
      /towpath-preprod-fetch --external-id an external id .* as the job$/,
    );
    assert.match(copied ?? '', /s3:\/\/releases\/artifacts\/wallet\/[0-9a-f]{64}\/ .* as FETCHER$/);
    assert.equal(deployed, `deploys preprod from build-files: ${APK} as the job`);
  });
});

test('other bytes are not deployed', () => {
  withPrograms({ aws: AWS }, (bench) => {
    bench.file('tool/deploy.sh', SCRIPT);
    assert.equal(deploy(bench, 'other bytes').ok, false);
    assert.ok(!bench.calls().some((call) => call.startsWith('deploys')));
  });
});

test('a build that Towpath does not keep is named', () => {
  withPrograms({ aws: AWS }, (bench) => {
    bench.file('tool/deploy.sh', SCRIPT);
    const played = deploy(bench, '');
    assert.equal(played.ok, false);
    assert.match(played.output, /Towpath keeps no file of wallet with the digest [0-9a-f]{64}/);
  });
});

test('a repository without a script is told what to write', () => {
  withPrograms({ aws: AWS }, (bench) => {
    const played = deploy(bench, APK);
    assert.equal(played.ok, false);
    assert.match(played.output, /has no tool\/deploy\.sh: write what deploys wallet there/);
    assert.deepEqual(bench.calls(), []);
  });
});
