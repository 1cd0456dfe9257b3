import { closest } from '../environments/closest.ts';
import type { Environment, Environments } from '../environments/environment.ts';
import { Refusal } from './refusal.ts';

/** The environment that somebody asks for by its name. */
export function chosen({ environments }: Environments, name: string, verb: string): Environment {
  const names = environments.map((each) => each.name);
  const found = environments.find((each) => each.name === name);
  if (found) return found;
  if (name === '')
    throw new Refusal(`say which environment: make ${verb} ENV=<${names.join('|')}>`);
  const guess = closest(name, names);
  throw new Refusal(
    `environments.toml has no environment "${name}": ` +
      (guess === undefined ? `there are ${names.join(', ')}` : `do you mean "${guess}"?`),
  );
}
