/** cdk-nag over all stacks. Each finding that is accepted has its reason beside the construct. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { readApp } from '../lib/app.ts';
import { placeholderPackage } from './placeholder.ts';

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** What the checks find in the app, after a change of the test's own. */
function findings(change: (app: App) => void): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'towpath-nag-'));
  try {
    const app = readApp({ package: placeholderPackage().folder }, { outdir });
    change(app);
    try {
      app.synth();
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ValidationFailed')) throw error;
    }
    const report = JSON.parse(
      readFileSync(join(outdir, 'validation-report.json'), 'utf8'),
    ) as Report;
    return report.pluginReports
      .flatMap(({ violations }) => violations)
      .flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      );
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

test('there are no findings', () => {
  assert.deepEqual(
    findings(() => undefined),
    [],
  );
});

test('what is not as it should be is found', () => {
  const found = findings((app) => {
    const [stack] = app.node.children.filter((child) => Stack.isStack(child));
    assert(stack);
    new Bucket(stack, 'Careless');
  });
  assert.deepEqual(found.sort(), [
    'AwsSolutions-S1 at Towpath-dev/Careless/Resource',
    'AwsSolutions-S10 at Towpath-dev/Careless/Resource',
  ]);
});
