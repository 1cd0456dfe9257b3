import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnvironments } from './parse.ts';
import type { Environments } from './environment.ts';

/** Reads `environments.toml`. Throws one error that lists every problem of the file. */
export function readEnvironments(path: string): Environments {
  const parsed = parseEnvironments(readFileSync(path, 'utf8'), path);
  const from = (file: string) => resolve(dirname(path), file);
  return {
    ...parsed,
    configuration: from(parsed.configuration),
    packageKeys: parsed.packageKeys.map(from),
  };
}
