/** Programs that stand in for the real ones while a buildspec is played. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Bench {
  readonly folder: string;
  /** `PATH` with the stand-ins first. */
  readonly path: string;
  file(name: string, text: string): void;
  /** A program of the repository's own. */
  program(name: string, body: string): void;
  /** What the stand-ins noted with `>> "$CALLS"`. */
  calls(): string[];
}

/** A folder with those programs; it goes when the test is over. */
export function withPrograms(
  programs: Readonly<Record<string, string>>,
  act: (bench: Bench) => void,
): void {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-programs-'));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const program = (name: string, body: string) => {
    file(name, `#!/usr/bin/env bash\nset -eu\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  for (const [name, body] of Object.entries(programs)) program(`bin/${name}`, body);
  const noted = join(folder, 'calls');
  try {
    act({
      folder,
      path: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      file,
      program,
      calls: () => (existsSync(noted) ? readFileSync(noted, 'utf8').trim().split('\n') : []),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
