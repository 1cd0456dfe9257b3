import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsOf, impossible } from '../../lib/sign-in/groups.ts';

test('groups are found wherever the configuration speaks of them, once each', () => {
  const found = groupsOf(`
[[roles]]
role = "tester"
groups = ["testers", "leads"]

[[apps]]
id = "wallet"

[[paths]]
steps = [{ to = "prod", approvals = { count = 1, groups = ["release-managers", "leads"] } }]
`);
  assert.deepEqual(found, ['leads', 'release-managers', 'testers']);
});

test('one person, named by address, is no group', () => {
  const found = groupsOf('[[roles]]\nrole = "admin"\ngroups = ["ada@example.com", "admins"]\n');
  assert.deepEqual(found, ['admins']);
});

test('a configuration without groups has none', () => {
  assert.deepEqual(groupsOf('[[apps]]\nid = "groups"\n'), []);
});

test('what no user pool can have is found', () => {
  assert.equal(impossible(['leads', 'Wallet:QA/Süd']), undefined);
  assert.equal(impossible(['leads', 'release managers']), 'release managers');
  assert.equal(impossible(['x'.repeat(129)])?.length, 129);
});
