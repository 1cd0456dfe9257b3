/** What `infra/package` built: the functions' zip for each architecture, and the site's assets. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../environments/environment.ts';

export class FunctionPackage {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The zip that holds all functions. */
  zip(architecture: Architecture): string {
    return this.existing(join(this.folder, architecture, 'bootstrap.zip'));
  }

  /** The folder of the pages' assets. */
  get site(): string {
    return this.existing(join(this.folder, 'site'));
  }

  private existing(path: string): string {
    if (existsSync(path)) return path;
    throw new Error(
      `${path} is missing: build it with infra/package, or name the folder of an earlier build in TOWPATH_PACKAGE`,
    );
  }
}
