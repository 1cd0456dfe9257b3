/** The templates and what belongs to them, and CDK's own commands on them. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readApp } from '../app.ts';
import type { FunctionPackage } from '../package/package.ts';
import { Refusal } from './refusal.ts';
import { ROOT } from './root.ts';

/** Where templates are written to look at them, and, apart from these, to deploy them. */
export type Folder = 'cdk.out' | 'cdk.deploy';

/** What is particular about this deployment. */
export interface Particulars {
  /** The environment whose stack is to be created. */
  readonly first?: string | undefined;
  /** The environment whose stack is to be closed. */
  readonly closed?: string | undefined;
}

/** Writes the templates of all environments. Returns the folder. */
export function synthesize(
  built: FunctionPackage,
  into: Folder,
  { first, closed }: Particulars = {},
): string {
  const outdir = join(ROOT, 'target', into);
  rmSync(outdir, { recursive: true, force: true });
  readApp(
    { package: built.folder, environments: process.env['TOWPATH_ENVIRONMENTS'], first, closed },
    { outdir },
  ).synth();
  return outdir;
}

/** Runs a command of CDK on the templates of a folder. */
export function cdk(folder: string, command: string, ...options: readonly string[]): void {
  const program = join(ROOT, 'infra/node_modules/.bin/cdk');
  const all = [command, '--app', folder, '--no-notices', ...options];
  const done = spawnSync(program, all, { cwd: join(ROOT, 'infra'), stdio: 'inherit' });
  if (done.status !== 0) throw new Refusal(`cdk ${command} failed: see above`);
}
