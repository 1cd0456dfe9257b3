/** The commands themselves, as far as they go without credentials. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { environmentToml } from '../deployment.ts';
import { placeholderPackage } from '../placeholder.ts';

/** Where the commands are. */
const INFRA = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'towpath-commands-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a command in an environment without credentials, with that environments file. */
function run(
  toml: string,
  [verb, ...further]: readonly [string, ...string[]],
  variables: NodeJS.ProcessEnv = {},
) {
  const path = join(folder, 'environments.toml');
  writeFileSync(path, toml);
  writeFileSync(join(folder, 'towpath.toml'), '');
  const { status, stderr } = spawnSync(join(INFRA, verb), further, {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      // The tests also run on a Node.js that AWS's SDK no longer wants; what it says about that is not what they look at.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      TOWPATH_ENVIRONMENTS: path,
      ...variables,
    },
  });
  return { status, said: stderr.trim().replaceAll(path, 'environments.toml') };
}

test('an environments file with problems is refused, with all of them', () => {
  const toml = environmentToml()
    .replace(/account.*\n/, '')
    .replace('colour', 'color');
  assert.deepEqual(run(toml, ['synth']), {
    status: 1,
    said: [
      'towpath: environments.toml cannot be used:',
      '  - environment "dev": account is missing: twelve digits in quotes, such as "111111111111"',
      '  - environment "dev": unknown key "color": do you mean "colour"?',
    ].join('\n'),
  });
});

test('an environment that is not in the file is refused', () => {
  assert.deepEqual(run(environmentToml(), ['deploy', 'dve']), {
    status: 1,
    said: 'towpath: environments.toml has no environment "dve": do you mean "dev"?',
  });
});

test('no environment at all is asked for', () => {
  assert.deepEqual(run(environmentToml(), ['deploy']), {
    status: 1,
    said: 'towpath: say which environment: make deploy ENV=<dev>',
  });
});

test('letting somebody in needs to know whom, and a user pool', () => {
  assert.deepEqual(run(environmentToml(), ['user', 'dev']), {
    status: 1,
    said: 'towpath: say whom: make user ENV=dev MAIL=ada@example.com GROUP=<group>',
  });
  const oidc =
    'sign_in = { provider = "oidc", issuer = "https://login.example.com", client_id = "towpath" }\n';
  assert.deepEqual(run(environmentToml(oidc), ['user', 'dev'], { MAIL: 'ada@example.com' }), {
    status: 1,
    said: 'towpath: people of "dev" sign in at https://login.example.com: let them in there',
  });
});

test('backing up and restoring need a folder', () => {
  assert.deepEqual(run(environmentToml(), ['backup', 'dev']), {
    status: 1,
    said: 'towpath: say where to: make backup ENV=dev TO=<folder>',
  });
  assert.deepEqual(run(environmentToml(), ['restore', 'dev']), {
    status: 1,
    said: 'towpath: say where from: make restore ENV=dev FROM=<folder>',
  });
  assert.deepEqual(run(environmentToml(), ['backup', 'dev'], { TO: folder }), {
    status: 1,
    said: `towpath: ${folder} is there already: name a folder that is not`,
  });
  assert.deepEqual(run(environmentToml(), ['restore', 'dev'], { FROM: folder }), {
    status: 1,
    said: `towpath: ${folder} holds no manifest.json: FROM has to be a folder that a backup was made into`,
  });
});

for (const verb of ['deploy', 'destroy', 'redrive'])
  test(`${verb} without credentials says where to get them, before anything is built`, () => {
    assert.deepEqual(run(environmentToml(), [verb, 'dev']), {
      status: 1,
      said: [
        'towpath: there are no AWS credentials:',
        'sign in (`aws sso login`), or set AWS_PROFILE, and run this again',
      ].join('\n'),
    });
  });

test('DATA is destroy, or not there at all', () => {
  assert.deepEqual(run(environmentToml(), ['destroy', 'dev'], { DATA: 'yes' }), {
    status: 1,
    said: 'towpath: DATA is "yes": it can only be "destroy"',
  });
});

test('CLOSED is 1, or not there at all', () => {
  assert.deepEqual(run(environmentToml(), ['deploy', 'dev'], { CLOSED: 'yes' }), {
    status: 1,
    said: 'towpath: CLOSED is "yes": it can only be "1"',
  });
});

test('a folder that is no package is refused by synth', () => {
  assert.deepEqual(run(environmentToml(), ['synth'], { PACKAGE: folder }), {
    status: 1,
    said: `towpath: ${folder} holds no manifest.json: PACKAGE has to be a folder that infra/package built`,
  });
});

test('templates of a package that nobody signed can be looked at: they deploy nothing', () => {
  const { folder: built } = placeholderPackage();
  const sha256 = createHash('sha256').update('arm64').digest('hex');
  const manifest = { revision: 'abc', functions: { arm64: { sha256 } }, site: {} };
  writeFileSync(join(built, 'manifest.json'), JSON.stringify(manifest));
  const toml = `package_keys = ["towpath.pub"]\n${environmentToml()}`;
  const { status, said } = run(toml, ['synth'], { PACKAGE: built });
  assert.equal(status, 0, said);
});
