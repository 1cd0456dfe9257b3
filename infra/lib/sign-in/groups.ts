import { parse } from 'smol-toml';

/**
 * The groups that `towpath.toml` speaks of, wherever it does: those that have roles, and those whose members approve.
 * Each is there once, in alphabetical order. A mail address is a group of one that no issuer has to know.
 */
export function groupsOf(configuration: string): string[] {
  const found = new Set<string>();
  collect(parse(configuration), found);
  return [...found].toSorted();
}

/** The first of them that a user pool of Cognito cannot have. */
export function impossible(groups: readonly string[]): string | undefined {
  return groups.find((group) => !/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(group));
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'groups' && Array.isArray(inner)) {
        for (const group of inner)
          if (typeof group === 'string' && !group.includes('@')) found.add(group);
      } else {
        collect(inner, found);
      }
    }
  }
}
