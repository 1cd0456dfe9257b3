/**
 * The synthesized pipelines of the example in our CodePipeline simulator, whose requests boto3 checks first, with a real
 * portal that registers a real APK. `simulated.py` beside this file is the story.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Template } from 'aws-cdk-lib/assertions';
import { walletPipelines } from '../../lib/flutter-app-pipeline/example.ts';
import { declarations } from '../pipelines/api-shape.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs a program of the repository to its end. */
function run(program: string, ...given: string[]): void {
  const done = spawnSync(program, given, { cwd: ROOT, encoding: 'utf8', timeout: 1_800_000 });
  assert.equal(
    done.status,
    0,
    `${program}: ${done.error?.message ?? ''}${done.stdout}${done.stderr}`,
  );
}

test('the pipelines run: a push is registered, a promotion goes through gate, deployment and release', () => {
  const { template } = walletPipelines().synth().getStackByName('WalletPipelines') as {
    readonly template: Record<string, unknown>;
  };
  const declared = declarations(Template.fromJSON(template));
  const folder = mkdtempSync(join(tmpdir(), 'towpath-simulated-'));
  try {
    const file = join(folder, 'pipelines.json');
    writeFileSync(file, JSON.stringify([...declared.values()]));
    // What `make run` starts; nothing to do where it was built before.
    run('cargo', 'build', '--locked', '--quiet', '--workspace', '--bins');
    run('tests/samples/build', 'real');
    run('target/venv/bin/python', 'infra/test/flutter-app-pipeline/simulated.py', file, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
