/** Names of files for keys of objects. */

/** A key that makes a path on every system. */
const PLAIN = /^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)*$/i;

/** A path for each of those keys in order, each another one: the key itself where that makes one, else a number. */
export function fileNames(keys: readonly string[]): string[] {
  const folders = new Set(keys.flatMap((key) => above(key.toLowerCase())));
  const taken = new Set<string>();
  return keys.map((key, index) => {
    // A file system may take two keys for the same.
    const folded = key.toLowerCase();
    const usable = PLAIN.test(key) && !taken.has(folded) && !folders.has(folded);
    taken.add(folded);
    return usable ? key : `.other/${String(index + 1).padStart(8, '0')}`;
  });
}

/** The folders that a path lies in. */
function above(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
