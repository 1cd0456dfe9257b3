import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { completed, parseConfiguration } from '../../lib/configuration/configuration.ts';
import { parseEnvironments } from '../../lib/environments/parse.ts';
import { environmentToml } from '../deployment.ts';

test('only pipelines of CodePipeline count', () => {
  const { pipelines } = parseConfiguration(`
[[pipelines]]
source = "codepipeline"
name = "wallet-dev"
region = "eu-north-1"
app = "wallet"
environment = "dev"

[[pipelines]]
source = "codebuild"
name = "wallet-checks"
app = "wallet"
environment = "dev"
`);
  assert.deepEqual(pipelines, [
    { name: 'wallet-dev', app: 'wallet', environment: 'dev', region: 'eu-north-1' },
  ]);
});

test('groups that are asked for approvals and have no role are named, once each', () => {
  const { withoutRole } = parseConfiguration(`
[[roles]]
role = "release-manager"
groups = ["leads"]

[[paths]]
[[paths.steps]]
environment = "prod"
approvals = [{ groups = ["leads", "qa"] }, { count = 2, groups = ["qa"] }, "slip", { groups = [7] }]
`);
  assert.deepEqual(withoutRole, ['qa']);
});

test('the functions read the file as it is, and the environments after it', () => {
  const { environments } = parseEnvironments(
    environmentToml().replace('Development', 'Development \\"1\\"'),
    'environments.toml',
  );
  const text = completed(parseConfiguration('[[apps]]\nid = "wallet"\n'), environments);
  assert.deepEqual(JSON.parse(JSON.stringify(parse(text))), {
    apps: [{ id: 'wallet' }],
    environments: [{ id: 'dev', name: 'Development "1"', colour: '#2e7d32' }],
  });
});

test('a gate that nothing could open is refused before anything is deployed', () => {
  const file = `
[[paths]]
[[paths.steps]]
environment = "prod"
findings = { critical = 0 }
`;
  assert.throws(
    () => parseConfiguration(file),
    /findings[\s\S]*docs\/upgrading\.md|docs\/upgrading\.md[\s\S]*findings/,
  );
  assert.deepEqual(parseConfiguration(file.replace(/findings.*/, '')).targets, []);
});

test('a pipeline without a name is refused', () => {
  assert.throws(
    () => parseConfiguration('[[pipelines]]\nsource = "codepipeline"\nenvironment = "dev"\n'),
    /pipelines[\s\S]*name/,
  );
});

test('the environments whose steps ask for approvals are known', () => {
  const { approved } = parseConfiguration(`
[[paths]]
[[paths.steps]]
environment = "dev"
approvals = []
[[paths.steps]]
environment = "preprod"
[[paths.steps]]
environment = "prod"
approvals = [{ groups = ["leads"] }]

[[paths]]
apps = ["wallet"]
[[paths.steps]]
environment = "prod"
approvals = [{ groups = ["security"] }]
`);
  assert.deepEqual(approved, ['prod']);
});
