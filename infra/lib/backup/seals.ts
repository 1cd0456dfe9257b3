/** The seals of a backup, as verification takes them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SealVersion } from './audit.ts';
import type { ObjectLine } from './format.ts';

export function sealsOf(folder: string, objects: readonly ObjectLine[]): SealVersion[] {
  const seals = objects.filter(({ bucket }) => bucket === 'seals');
  const versions = seals.map((line, index) => {
    const named = { key: line.key, version: line.version ?? String(index) };
    return line.deleted === true
      ? { ...named, delete_marker: true as const }
      : { ...named, text: readFileSync(join(folder, line.file), 'utf8') };
  });
  // The newest of a key first.
  return versions.reverse();
}
