import { fileURLToPath } from 'node:url';

/** The file of that name beside this one. */
export function buildspec(name: 'build' | 'checks' | 'deploy' | 'tests'): string {
  return fileURLToPath(new URL(`./buildspecs/${name}.yml`, import.meta.url));
}
