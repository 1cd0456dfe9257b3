/** What has to hold between environments, looked for even where one of them has problems of its own. */
import { closest } from './closest.ts';
import { at, title } from './problems.ts';
import { account } from './schema.ts';

export function relations(written: unknown): string[] {
  const list = at(written, 'environments');
  if (!Array.isArray(list)) return [];
  const names = list.map((each: unknown) => at(each, 'name'));
  return [...repeatedNames(names), ...unknownSenders(written, list, names)];
}

function repeatedNames(names: readonly unknown[]): string[] {
  const repeated = names.filter(
    (name, index) => typeof name === 'string' && names.indexOf(name) < index,
  );
  return [...new Set(repeated)].map(
    (name) =>
      `${names.filter((each) => each === name).length} environments are called "${String(name)}": give each its own name`,
  );
}

function unknownSenders(
  written: unknown,
  list: readonly unknown[],
  names: readonly unknown[],
): string[] {
  const known = names.filter((name) => typeof name === 'string');
  return list.flatMap((each, index) => {
    const from = at(each, 'events_from');
    const senders: unknown[] = Array.isArray(from) ? from : [];
    return senders
      .filter((sender) => typeof sender === 'string')
      .filter((sender) => !known.includes(sender) && !account.safeParse(sender).success)
      .map((sender) => {
        const guess = closest(sender, known);
        const hint =
          guess === undefined
            ? 'name one, or give an account of twelve digits'
            : `do you mean "${guess}"?`;
        return `${title(written, index)}: events_from names "${sender}", which is no environment: ${hint}`;
      });
  });
}
