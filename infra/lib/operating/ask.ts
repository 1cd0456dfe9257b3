import { createInterface } from 'node:readline/promises';
import { Refusal } from './refusal.ts';

/** Asks at a terminal, and takes no answer as a no. Where nobody can answer, as in a pipeline, it goes on. */
export async function goOn(question: string): Promise<void> {
  if (!process.stdin.isTTY) return;
  if ((await answer(`${question} [y/N] `)).toLowerCase() !== 'y')
    throw new Refusal('nothing was changed');
}

/** Has an environment's name typed, or given as CONFIRM: what follows cannot be undone by running something again. */
export async function confirmed(name: string, given: string | undefined): Promise<void> {
  if (given === name) return;
  if (given !== undefined && given !== '')
    throw new Refusal(`CONFIRM is "${given}", not "${name}": nothing was changed`);
  if (!process.stdin.isTTY)
    throw new Refusal(`confirm it with CONFIRM=${name}: nothing was changed`);
  if ((await answer(`Type the environment's name to go on: `)) !== name)
    throw new Refusal('nothing was changed');
}

async function answer(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
