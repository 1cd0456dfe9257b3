/** The templates and what belongs to them, and CDK's own commands on them. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readApp } from '../app.ts';
import type { FunctionPackage } from '../package/package.ts';
import { Refusal } from './refusal.ts';
import { ROOT } from './root.ts';

const FOLDER = join(ROOT, 'target/cdk.out');

/** Writes the templates of all environments. */
export function synthesize(built: FunctionPackage): string {
  rmSync(FOLDER, { recursive: true, force: true });
  readApp(
    { package: built.folder, environments: process.env['TOWPATH_ENVIRONMENTS'] },
    { outdir: FOLDER },
  ).synth();
  return FOLDER;
}

/** Runs a command of CDK on what was synthesized. */
export function cdk(command: string, ...options: readonly string[]): void {
  const program = join(ROOT, 'infra/node_modules/.bin/cdk');
  const all = [command, '--app', FOLDER, '--no-notices', ...options];
  const done = spawnSync(program, all, { cwd: join(ROOT, 'infra'), stdio: 'inherit' });
  if (done.status !== 0) throw new Refusal(`cdk ${command} failed: see above`);
}
