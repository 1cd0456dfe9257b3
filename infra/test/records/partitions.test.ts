/** Which function may reach which partition of the table: the list, the store's keys, and the templates agree. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Handler } from '../../lib/functions/function.ts';
import { grantsOf, PARTITIONS } from '../../lib/records/partitions.ts';
import { templateOf } from '../deployment.ts';
import { rightsOf } from '../rights.ts';

const source = readFileSync(
  new URL('../../../backend/store/src/table/keys.rs', import.meta.url),
  'utf8',
).split('#[cfg(test)]')[0];
assert.ok(source !== undefined);
const keys: string = source;

const template = templateOf();
const HANDLERS: readonly Handler[] = ['web', 'hooks', 'events', 'action', 'register', 'clock'];

/** What an expression of Rust gives as a partition key, with a star for each part that varies. */
function partition(expression: string): string {
  const text = /^(?:format!\()?"([^"]*)"/.exec(expression)?.[1];
  if (text !== undefined)
    return text.replaceAll(/\{([^}]*)\}/g, (_, name: string) => constantOf(name) ?? '*');
  const named = constantOf(/^[A-Z_]+/.exec(expression)?.[0]);
  if (named !== undefined && named !== '') return named;
  const called = /^(\w+)\(/.exec(expression)?.[1];
  const body =
    called && new RegExp(`fn ${called}\\([^{]*\\{\\s*(format!\\("[^"]*")`).exec(keys)?.[1];
  assert.ok(body, `keys.rs makes a key of ${expression}, which this test cannot read`);
  return partition(body);
}

/** What a constant of `keys.rs` is. */
function constantOf(name: string | undefined): string | undefined {
  if (name === undefined || !/^[A-Z_]+$/.test(name)) return undefined;
  return new RegExp(`const ${name}: &str = "([^"]*)"`).exec(keys)?.[1];
}

/** Every partition that `keys.rs` makes a key of. Those of the index are items of one of these. */
const SPELT = [...keys.matchAll(/Key::new\(\s*(?<expression>\S[^\n]*)/g)].map(({ groups }) =>
  partition(groups?.expression ?? ''),
);

/** Whether a pattern of a policy covers a partition key. */
function covers(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(key);
}

test('every partition that the store writes is in the list once, and no other', () => {
  assert.ok(SPELT.length > 25, `only ${SPELT.length.toString()} keys were read of keys.rs`);
  for (const key of SPELT) {
    const found = Object.keys(PARTITIONS).filter((pattern) => covers(pattern, key));
    assert.equal(
      found.length,
      1,
      `${key} of keys.rs is ${found.join(' and ') || 'nowhere'} in PARTITIONS`,
    );
  }
  for (const pattern of Object.keys(PARTITIONS))
    assert.ok(
      SPELT.some((key) => covers(pattern, key)),
      `keys.rs has no partition ${pattern}`,
    );
});

const SCAN = 'dynamodb:Scan on <RecordsTable.Arn>';

/** The actions on the table that a role's policies, as they are synthesized, allow for an item of a partition. */
function allowed(handler: Handler, key: string): string[] {
  return (
    rightsOf(template, `towpath-dev-${handler}`)
      .filter((right) => right.startsWith('dynamodb:') && !right.includes('/index/'))
      // A scan is of no partition, and reads alone: the test below says whose it is.
      .filter((right) => right !== SCAN)
      .flatMap((right) => {
        const [action, condition] = right.split(' on <RecordsTable.Arn> if ');
        assert.ok(action && condition, `${handler} has ${right} on every partition`);
        const { 'ForAllValues:StringLike': held } = JSON.parse(condition) as {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': string[] };
        };
        const matches = held['dynamodb:LeadingKeys'].some((pattern) => covers(pattern, key));
        return matches ? [action.replace('dynamodb:', '')] : [];
      })
  );
}

test('what opens the portal is reached by web alone', () => {
  const secret = ['TOKENS', 'TOKENS#PERSON#p', 'SESSIONS#p', 'LINKS', 'LINK#l', 'GUESSES#g'];
  for (const handler of HANDLERS.filter((handler) => handler !== 'web'))
    for (const key of secret)
      assert.deepEqual(allowed(handler, key), [], `${handler} reaches ${key}`);
  for (const key of secret) assert.ok(allowed('web', key).includes('PutItem'));
});

test('web alone reads the table through, to find what is kept of a person', () => {
  const scanning = HANDLERS.filter((handler) =>
    rightsOf(template, `towpath-dev-${handler}`).includes(SCAN),
  );
  assert.deepEqual(scanning, ['web']);
});

test('names beside the audit log are put by those who write to it, and taken out by web alone', () => {
  for (const handler of HANDLERS) {
    const found = allowed(handler, 'NAMES#p');
    assert.equal(found.includes('DeleteItem'), handler === 'web', handler);
    assert.equal(found.includes('PutItem'), handler !== 'hooks', handler);
  }
});

const READS = ['BatchGetItem', 'GetItem', 'Query'];

/** The functions that may write items of a partition. */
function writers(key: string): Handler[] {
  return HANDLERS.filter((handler) =>
    allowed(handler, key).some((action) => !READS.includes(action)),
  );
}

test('people and downloads are written by web alone, and uploads by register, too', () => {
  assert.deepEqual(writers('PEOPLE'), ['web']);
  assert.deepEqual(writers('DOWNLOADS#b'), ['web']);
  assert.deepEqual(writers('UPLOAD#u'), ['web', 'register']);
});

test('register reads and puts what registering a build takes, and changes nothing that sources report', () => {
  assert.deepEqual(allowed('register', 'EVENT#e'), []);
  assert.deepEqual(allowed('register', 'COMMIT#c').sort(), READS);
  assert.deepEqual(allowed('register', 'RUN#r').sort(), [...READS, 'PutItem'].sort());
  for (const key of ['REGISTRATION#r', 'COUNTER#a', 'BUILD#b', 'BUILDS#a', 'RELEASES#a#dev'])
    assert.ok(allowed('register', key).includes('UpdateItem'), key);
});

test('the audit log is put to, and neither changed nor deleted from, by nobody', () => {
  for (const handler of HANDLERS)
    for (const key of ['AUDIT', 'AUDIT#2026-11']) {
      const found = allowed(handler, key);
      for (const action of ['DeleteItem', 'UpdateItem', 'ConditionCheckItem'])
        assert.ok(!found.includes(action), `${handler} has ${action} on ${key}`);
    }
  assert.deepEqual(allowed('hooks', 'AUDIT'), []);
  assert.deepEqual(allowed('events', 'AUDIT#2026-11'), ['PutItem']);
});

test('hooks reach what recording an event needs and nothing else', () => {
  assert.deepEqual(
    grantsOf('hooks').map(({ partitions }) => partitions),
    [1, 2, 3].map(() => ['EVENT#*', 'RUN#*', 'COMMIT#*', 'UNASSIGNED', 'OVERVIEW']),
  );
  assert.deepEqual(allowed('hooks', 'RUN#r').sort(), ['DeleteItem', 'GetItem', 'PutItem']);
  assert.deepEqual(allowed('hooks', 'BUILD#b'), []);
});
