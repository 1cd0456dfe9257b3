import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApp } from '../../lib/app.ts';
import { otherwise, passes } from '../../lib/operating/deploy.ts';
import { deploymentOf, environmentToml } from '../deployment.ts';
import { placeholderPackage } from '../placeholder.ts';

const { environment } = deploymentOf();
const OIDC =
  'sign_in = { provider = "oidc", issuer = "https://login.example.com", client_id = "towpath" }\n';

test('a stack that is there keeps its protected pool in one pass', () => {
  assert.deepEqual(passes(environment, 'CREATE_COMPLETE'), [{}]);
  assert.deepEqual(passes(environment, 'UPDATE_ROLLBACK_COMPLETE'), [{}]);
});

test('a stack that is created protects its pool in a second pass, once the first succeeded', () => {
  const [creating, protecting, ...further] = passes(environment, undefined);
  assert.deepEqual(further, []);
  assert.equal(protectionOf(creating.first), 'INACTIVE');
  assert.ok(protecting);
  assert.equal(protecting.first, undefined);
});

test('a stack without a pool is created in one pass', () => {
  const oidc = deploymentOf(environmentToml(OIDC)).environment;
  assert.deepEqual(passes(oidc, undefined), [{ first: 'dev' }]);
});

interface Pool {
  readonly Type: string;
  readonly Properties: { readonly DeletionProtection?: string };
}

/** What the template of `environments.toml`'s dev says of its pool, when that environment is created. */
function protectionOf(first: string | undefined): string | undefined {
  const { template } = readApp({ package: placeholderPackage().folder, first })
    .synth()
    .getStackByName('Towpath-dev') as { template: { Resources: Record<string, Pool> } };
  const pool = Object.values(template.Resources).find(
    ({ Type }) => Type === 'AWS::Cognito::UserPool',
  );
  return pool?.Properties.DeletionProtection;
}

test('what a creation that fails has to be followed by is done before its error goes on', async () => {
  const done: string[] = [];
  const after = () => Promise.resolve(done.push('after'));
  await otherwise(() => done.push('created'), after);
  assert.deepEqual(done, ['created']);
  const fail = () => {
    throw new Error('no certificate');
  };
  await assert.rejects(otherwise(fail, after), /no certificate/);
  assert.deepEqual(done, ['created', 'after']);
});
