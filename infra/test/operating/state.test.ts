import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../lib/operating/refusal.ts';
import { checkState } from '../../lib/operating/state.ts';

/** What is said about a stack in that state, or nothing where it can be deployed. */
function said(status: string | undefined): string | undefined {
  try {
    checkState('Towpath-dev', 'dev', status);
    return undefined;
  } catch (error) {
    assert(error instanceof Refusal);
    return error.message;
  }
}

for (const status of [
  undefined,
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
])
  test(`a stack that is ${status ?? 'not there'} can be deployed`, () => {
    assert.equal(said(status), undefined);
  });

for (const status of [
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'REVIEW_IN_PROGRESS',
])
  test(`a stack whose first deployment ended in ${status} starts over`, () => {
    assert.match(
      said(status) ?? '',
      /half-deployed[\s\S]*first deployment failed[\s\S]*make destroy ENV=dev/,
    );
  });

for (const status of ['UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS'])
  test(`a stack in ${status} is left alone`, () => {
    assert.match(said(status) ?? '', /being changed at this moment .*wait/);
  });

test('an update that could not go back is continued', () => {
  assert.match(
    said('UPDATE_ROLLBACK_FAILED') ?? '',
    /aws cloudformation continue-update-rollback --stack-name Towpath-dev/,
  );
});

test('a stack that is half gone is taken away again', () => {
  assert.match(said('DELETE_FAILED') ?? '', /make destroy ENV=dev` again/);
});
