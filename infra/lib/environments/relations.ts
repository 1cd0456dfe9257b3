/** What has to hold between environments, looked for even where one of them has problems of its own. */
import { closest } from './closest.ts';
import { at, title } from './problems.ts';
import { account } from './schema.ts';

export function relations(written: unknown): string[] {
  const list = at(written, 'environments');
  if (!Array.isArray(list)) return [];
  const names = list.map((each: unknown) => at(each, 'name'));
  return [
    ...repeatedNames(names),
    ...unknownSenders(written, list, names),
    ...apartFromOperations(written, list),
    ...budgetsOfNobody(written, list),
  ];
}

function budgetsOfNobody(written: unknown, list: readonly unknown[]): string[] {
  return list.flatMap((each, index) =>
    at(each, 'monthly_budget_usd') !== undefined && at(each, 'alarms_to') === undefined
      ? [
          `${title(written, index)}: monthly_budget_usd needs alarms_to, the address that is told: add it`,
        ]
      : [],
  );
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

/** What the pipelines of the operations account need of each environment. */
function apartFromOperations(written: unknown, list: readonly unknown[]): string[] {
  const operations = at(written, 'operations');
  const [here, region] = [at(operations, 'account'), at(operations, 'region')];
  if (typeof here !== 'string' || typeof region !== 'string') return [];
  return list.flatMap((each, index) => {
    const its = at(each, 'region');
    const from = at(each, 'events_from');
    const senders: unknown[] = Array.isArray(from) ? from : [];
    const problems: string[] = [];
    if (typeof its === 'string' && its !== region)
      problems.push(
        `region is "${its}", but the pipelines of [operations] run in "${region}" and reach no other: give both the same`,
      );
    if (at(each, 'account') !== here && !senders.some((sender) => sender === here))
      problems.push(
        `events_from does not list "${here}", where the pipelines of [operations] run: add it, or Towpath hears nothing of them`,
      );
    return problems.map((problem) => `${title(written, index)}: ${problem}`);
  });
}
