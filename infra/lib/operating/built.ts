/** The package that is deployed: an earlier one, whose digests are checked, or a new one. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Architecture, Environments } from '../environments/environment.ts';
import { FunctionPackage } from '../package/package.ts';
import { Refusal } from './refusal.ts';
import { ROOT } from './root.ts';

const manifest = z.object({
  revision: z.string(),
  functions: z.record(z.string(), z.object({ path: z.string(), sha256: z.string() })),
});

/** The package in a folder, or one that is built now. */
export function builtPackage(
  folder: string | undefined,
  environments: Environments,
): FunctionPackage {
  const needed = [...new Set(environments.environments.map(({ architecture }) => architecture))];
  if (folder !== undefined) return checkedPackage(resolve(ROOT, folder), needed);
  const built = spawnSync(join(ROOT, 'infra/package'), needed, { cwd: ROOT, stdio: 'inherit' });
  if (built.status !== 0) throw new Refusal('the functions could not be built: see above');
  return new FunctionPackage(join(ROOT, 'target/package'));
}

/** An earlier package. What its manifest says about it has to be true still. */
export function checkedPackage(folder: string, needed: readonly Architecture[]): FunctionPackage {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path))
    throw new Refusal(
      `${folder} holds no manifest.json: PACKAGE has to be a folder that infra/package built`,
    );
  const { functions, revision } = manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  const built = new FunctionPackage(folder);
  for (const architecture of needed) {
    const expected = functions[architecture]?.sha256;
    if (expected === undefined)
      throw new Refusal(
        `the package in ${folder} was not built for ${architecture}: build it with \`infra/package ${needed.join(' ')}\``,
      );
    const digest = createHash('sha256')
      .update(readFileSync(built.zip(architecture)))
      .digest('hex');
    if (digest !== expected)
      throw new Refusal(
        `${built.zip(architecture)} is not what its manifest says:`,
        `expected ${expected}, found ${digest}`,
      );
  }
  console.log(`==> the package of revision ${revision}`);
  return built;
}
