/** What is wrong with `environments.toml`, one line a problem, each with what to do about it. */
import type { core } from 'zod';
import { closest } from './closest.ts';
import { keysAt } from './known-keys.ts';

export class InvalidEnvironments extends Error {
  readonly problems: readonly string[];

  constructor(path: string, problems: readonly string[]) {
    super([`${path} cannot be used:`, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.name = 'InvalidEnvironments';
    this.problems = problems;
  }
}

/** A problem for each issue that zod found in the file. */
export function problemsOf(issues: readonly core.$ZodIssue[], written: unknown): string[] {
  const misspelt = new Set(issues.flatMap(meant));
  return issues
    .filter(({ path }) => !misspelt.has(path.join('.')))
    .flatMap((issue) => problems(issue, placeOf(issue.path, written)));
}

/** The keys that misspelt ones stand for: nobody needs to hear that these are missing. */
function meant(issue: core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  return issue.keys
    .map((key) => closest(key, keysAt(issue.path)))
    .filter((key) => key !== undefined)
    .map((key) => [...issue.path, key].join('.'));
}

function problems(issue: core.$ZodIssue, { value, prefix, key }: Place): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((unknown) => `${prefix}${unknownKey(unknown, issue.path)}`);
  return [
    value === undefined
      ? `${prefix}${key} is missing: ${issue.message}`
      : `${prefix}${key} is ${shown(value)}: it should be ${issue.message}`,
  ];
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const known = keysAt(path);
  const guess = closest(key, known);
  const hint = guess === undefined ? `known are ${known.join(', ')}` : `do you mean "${guess}"?`;
  return `unknown key "${key}": ${hint}`;
}

interface Place {
  readonly value: unknown;
  /** Whose it is, as the reader knows it. */
  readonly prefix: string;
  readonly key: string;
}

function placeOf(path: readonly PropertyKey[], written: unknown): Place {
  const [list, index, ...rest] = path;
  let value = written;
  for (const step of path) value = at(value, step);
  if (list !== 'environments' || typeof index !== 'number')
    return { value, prefix: '', key: path.join('.') };
  return { value, prefix: `${title(written, index)}: `, key: rest.join('.') || 'it' };
}

/** An environment by its name, or by its place where it has none. */
export function title(written: unknown, index: number): string {
  const name = at(at(at(written, 'environments'), index), 'name');
  return typeof name === 'string' ? `environment "${name}"` : `environment number ${index + 1}`;
}

export function at(value: unknown, step: PropertyKey): unknown {
  if (Array.isArray(value) && typeof step === 'number') return value[step];
  return isTable(value) && typeof step === 'string' ? value[step] : undefined;
}

export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? each.toString() : each,
  );
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
