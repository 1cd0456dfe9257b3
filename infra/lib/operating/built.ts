/** The package that is deployed: an earlier one, whose signature and digests are checked, or a new one. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Architecture, Environments } from '../environments/environment.ts';
import { FunctionPackage } from '../package/package.ts';
import { checkSignature } from '../package/signature.ts';
import { Refusal } from './refusal.ts';
import { ROOT } from './root.ts';

const file = z.object({ sha256: z.string() });
const manifest = z.object({
  revision: z.string(),
  // Packages of before have no SBOM.
  functions: z.record(z.string(), file.extend({ sbom: file.optional() })),
  site: z.record(z.string(), file),
});

/** The package in a folder, or one that is built now. */
export function builtPackage(
  folder: string | undefined,
  environments: Environments,
): FunctionPackage {
  const needed = [...new Set(environments.environments.map(({ architecture }) => architecture))];
  const { packageKeys } = environments;
  if (folder !== undefined) return checkedPackage(resolve(ROOT, folder), needed, packageKeys);
  if (packageKeys.length > 0)
    throw new Refusal(
      'environments.toml has package_keys, so only a signed package is deployed. Build one, sign it, and name its folder:',
      `  infra/package ${needed.join(' ')}`,
      '  infra/sign <private key>',
      '  make deploy ENV=… PACKAGE=target/package',
    );
  const built = spawnSync(join(ROOT, 'infra/package'), needed, { cwd: ROOT, stdio: 'inherit' });
  if (built.status !== 0) throw new Refusal('the functions could not be built: see above');
  return new FunctionPackage(join(ROOT, 'target/package'));
}

/**
 * An earlier package. Its manifest has to be signed by one of the keys, where there are any, and what it says about the files has
 * to be true still.
 */
export function checkedPackage(
  folder: string,
  needed: readonly Architecture[],
  keys: readonly string[] = [],
): FunctionPackage {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path))
    throw new Refusal(
      `${folder} holds no manifest.json: PACKAGE has to be a folder that infra/package built`,
    );
  const bytes = readFileSync(path);
  if (keys.length > 0) checkSignature(path, bytes, keys);
  const { functions, revision, site } = manifest.parse(JSON.parse(bytes.toString()));
  const built = new FunctionPackage(folder);
  for (const architecture of needed) {
    const entry = functions[architecture];
    if (entry === undefined)
      throw new Refusal(
        `the package in ${folder} was not built for ${architecture}: build it with \`infra/package ${needed.join(' ')}\``,
      );
    checkDigest(built.zip(architecture), entry.sha256);
    if (entry.sbom) checkDigest(join(folder, architecture, 'sbom.cdx.json'), entry.sbom.sha256);
  }
  for (const name of filesIn(folder, 'site')) {
    const expected = site[name]?.sha256;
    if (expected === undefined) throw new Refusal(`${join(folder, name)} is not in its manifest`);
    checkDigest(join(folder, name), expected);
  }
  console.log(`==> the package of revision ${revision}`);
  return built;
}

function checkDigest(path: string, expected: string): void {
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (digest !== expected)
    throw new Refusal(
      `${path} is not what its manifest says:`,
      `expected ${expected}, found ${digest}`,
    );
}

/** The files below a folder, by their paths from the first. */
function filesIn(folder: string, within: string): string[] {
  return readdirSync(join(folder, within), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
