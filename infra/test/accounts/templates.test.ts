/**
 * The templates of the operations account, of each environment's access, and of the example's pipelines: without findings
 * of cdk-nag and cfn-lint, and as they were. `make infra UPDATE=1` writes the latter anew.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { walletPipelines } from '../../lib/flutter-app-pipeline/example.ts';
import { accounts } from './world.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const SNAPSHOTS = path('snapshots');
/** Installed by `tests/setup`, from tests/requirements.txt. */
const CFN_LINT = path('../../../target/venv/bin/cfn-lint');

/** Synthesizes with the checks: a finding without a reason beside it ends the synthesis. */
function checked(app: App) {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app.synth().stacks;
}

const made = [...checked(accounts()), ...checked(walletPipelines())].map(
  ({ stackName, template, templateFullPath }) => ({
    name: stackName,
    file: templateFullPath,
    text: `${JSON.stringify(template, undefined, 1)}\n`,
  }),
);

if (process.env['UPDATE'] === '1') {
  rmSync(SNAPSHOTS, { recursive: true, force: true });
  mkdirSync(SNAPSHOTS);
  for (const { name, text } of made) writeFileSync(join(SNAPSHOTS, `${name}.template.json`), text);
}

test('cfn-lint finds nothing', () => {
  const config = path('../../.cfnlintrc.yaml');
  const files = made.map(({ file }) => file);
  const linted = spawnSync(CFN_LINT, ['--config-file', config, ...files], { encoding: 'utf8' });
  assert.equal(linted.error, undefined, 'tests/setup installs cfn-lint into target/venv');
  assert.equal(linted.stdout, '');
  assert.equal(linted.status, 0);
});

describe('the templates are as they were (or: make infra UPDATE=1)', () => {
  for (const { name, text } of made)
    test(name, () => {
      assert.equal(text, readFileSync(join(SNAPSHOTS, `${name}.template.json`), 'utf8'));
    });
});
