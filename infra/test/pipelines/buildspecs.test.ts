/** All buildspecs: their keys, and their commands as shell scripts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readBuildspec, script } from './buildspec.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Installed by `tests/setup`, from tests/requirements.txt. */
const SHELLCHECK = root('../target/venv/bin/shellcheck');

const FILES = ['flutter-app-pipeline', 'own-pipeline'].flatMap((folder) =>
  readdirSync(root(`lib/${folder}/buildspecs`)).map((name) =>
    join('lib', folder, 'buildspecs', name),
  ),
);

/** What a command of one line may not be: a list whose failure in the middle goes unseen. */
const UNSEEN = /;(?! (then|do|else|elif|fi|done)\b)(?!\s*$)/;

for (const file of FILES)
  describe(file, () => {
    const buildspec = readBuildspec(root(file));

    test('is a script that bash understands', () => {
      const checked = spawnSync('bash', ['-n'], { input: script(buildspec), encoding: 'utf8' });
      assert.equal(checked.stderr, '');
    });

    test('has nothing that shellcheck warns of', () => {
      const checked = spawnSync(SHELLCHECK, ['--shell=bash', '-'], {
        input: script(buildspec),
        encoding: 'utf8',
      });
      assert.equal(checked.error, undefined, 'tests/setup installs shellcheck into target/venv');
      assert.equal(checked.stdout, '');
    });

    test('ends at the first failure', () => {
      for (const [name, phase] of Object.entries(buildspec.phases)) {
        assert.equal(phase['on-failure'], 'ABORT', name);
        for (const command of phase.commands)
          if (!command.includes('\n') && !command.startsWith('if '))
            assert.doesNotMatch(command, UNSEEN, `${name}: ${command}`);
      }
    });

    test('fetches nothing that it does not check', () => {
      const all = Object.values(buildspec.phases).flatMap((phase) => phase.commands);
      all.forEach((command, index) => {
        if (command.startsWith('curl')) assert.match(all[index + 1] ?? '', /sha256sum --check/);
      });
    });
  });
