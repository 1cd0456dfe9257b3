/** A package like that of `infra/package`, with placeholders for the zips: templates do not look inside. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHITECTURES } from '../lib/environments/environment.ts';
import { FunctionPackage } from '../lib/package/package.ts';

export function placeholderPackage(): FunctionPackage {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-package-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true });
  });
  for (const architecture of ARCHITECTURES) {
    mkdirSync(join(folder, architecture));
    writeFileSync(join(folder, architecture, 'bootstrap.zip'), architecture);
  }
  mkdirSync(join(folder, 'site'));
  return new FunctionPackage(folder);
}
