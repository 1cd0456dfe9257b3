import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concurrencyWarning } from '../../lib/operating/concurrency.ts';

const DEV = { account: '111111111111', region: 'eu-west-1', concurrency: {} };

test('a quota as usual is not spoken of, nor one that could not be read', () => {
  assert.deepEqual(concurrencyWarning(1000, DEV), []);
  assert.deepEqual(concurrencyWarning(100, DEV), []);
  assert.deepEqual(concurrencyWarning(undefined, DEV), []);
});

test('the quota of a new account comes with the command that asks for more', () => {
  const said = concurrencyWarning(10, DEV).join('\n');
  assert.match(said, /111111111111 may run only 10 functions at once in eu-west-1/);
  assert.match(said, /request-service-quota-increase --region eu-west-1 .*L-B99A9384/);
});

test('a reservation that Lambda would refuse is named before the deployment', () => {
  const reserving = { ...DEV, concurrency: { web: 20, hooks: 5 } };
  assert.deepEqual(concurrencyWarning(125, reserving), []);
  assert.match(concurrencyWarning(124, reserving).join('\n'), /25 of these are to be reserved/);
});
