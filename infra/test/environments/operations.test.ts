/** The operations account in an environments file: what it needs, and what the environments need of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnvironments } from '../../lib/environments/parse.ts';
import { InvalidEnvironments } from '../../lib/environments/problems.ts';
import { ENVIRONMENTS, EXTERNAL_ID, OPERATIONS } from '../accounts/world.ts';

function problemsOf(toml: string): readonly string[] {
  try {
    parseEnvironments(toml, 'environments.toml');
  } catch (error) {
    assert.ok(error instanceof InvalidEnvironments);
    return error.problems;
  }
  return [];
}

test('the account of the pipelines, and the repository that Towpath deploys itself from', () => {
  assert.deepEqual(parseEnvironments(ENVIRONMENTS, 'environments.toml').operations, {
    account: OPERATIONS,
    region: 'eu-west-1',
    externalId: EXTERNAL_ID,
    sharedFetchRole: false,
    repository: {
      connectionArn: `arn:aws:codeconnections:eu-west-1:${OPERATIONS}:connection/00000000-0000-0000-0000-000000000000`,
      name: 'acme/towpath',
      trunk: 'main',
    },
  });
});

const CASES: readonly (readonly [string, (toml: string) => string, RegExp])[] = [
  [
    'an environment that does not listen to the pipelines',
    (toml) => toml.replace(`events_from = ["${OPERATIONS}"]`, ''),
    /^environment "dev": events_from does not list "999999999999", where the pipelines .* run: add it/,
  ],
  [
    'an environment that the pipelines cannot reach',
    (toml) => toml.replace('region = "eu-west-1"', 'region = "eu-central-1"'),
    /^environment "dev": region is "eu-west-1", but the pipelines of \[operations\] run in "eu-central-1"/,
  ],
  [
    'an external id that can be guessed',
    (toml) => toml.replace(EXTERNAL_ID, 'towpath'),
    /^operations\.external_id is "towpath": it should be 16 to 256 letters/,
  ],
  [
    'no external id',
    (toml) => toml.replace(/external_id = .*/, ''),
    /^operations\.external_id is missing: 16 to 256 letters/,
  ],
  [
    'a connection that is none',
    (toml) => toml.replace(/connection_arn = .*/, 'connection_arn = "github"'),
    /^operations\.repository\.connection_arn is "github": it should be the ARN of a connection/,
  ],
  [
    'a misspelt key',
    (toml) => toml.replace('external_id', 'externalid'),
    /unknown key "externalid": do you mean "external_id"\?/,
  ],
];

for (const [name, change, message] of CASES)
  test(`${name} is said with what to do`, () => {
    const found = problemsOf(change(ENVIRONMENTS));
    assert.ok(
      found.some((problem) => message.test(problem)),
      found.join('\n'),
    );
  });

test('without the table, pipelines run beside each environment', () => {
  const alone = ENVIRONMENTS.slice(ENVIRONMENTS.indexOf('[[environments]]'));
  assert.equal(parseEnvironments(alone, 'environments.toml').operations, undefined);
});
