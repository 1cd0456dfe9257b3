/** What an environment's functions may take on in the account of the pipelines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { parseConfiguration } from '../../lib/configuration/configuration.ts';
import { parseEnvironments } from '../../lib/environments/parse.ts';
import { FLAGS } from '../../lib/flags.ts';
import { TowpathStack } from '../../lib/stack.ts';
import { placeholderPackage } from '../placeholder.ts';
import { rightsOf } from '../rights.ts';
import { ACCOUNTS, CONFIGURATION, ENVIRONMENTS, EXTERNAL_ID, OPERATIONS } from './world.ts';

function dev(toml: string): Template {
  const environments = parseEnvironments(toml, 'environments.toml');
  const [environment] = environments.environments;
  assert.ok(environment);
  const configuration = parseConfiguration(CONFIGURATION);
  const built = placeholderPackage();
  return Template.fromStack(
    new TowpathStack(new App({ context: { ...FLAGS } }), {
      environment,
      environments,
      configuration,
      package: built,
    }),
  );
}

const assumed = (template: Template, handler: string) =>
  rightsOf(template, `towpath-dev-${handler}`).filter((right) => right.startsWith('sts:'));

test('promotions are carried out, and jobs answered, by the roles that are there for it', () => {
  const template = dev(ENVIRONMENTS);
  const there = `sts:AssumeRole on arn:<AWS::Partition>:iam::${OPERATIONS}:role/towpath-dev`;
  assert.deepEqual(assumed(template, 'web'), [`${there}-promotions`]);
  assert.deepEqual(assumed(template, 'clock'), [`${there}-promotions`]);
  assert.deepEqual(assumed(template, 'action'), [`${there}-jobs`]);
  assert.deepEqual(assumed(template, 'unanswered'), [`${there}-jobs`]);
  assert.deepEqual(assumed(template, 'events'), []);
  template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'towpath-dev-action',
    Environment: {
      Variables: Match.objectLike({
        TOWPATH_JOBS_ROLE: {
          'Fn::Join': [
            '',
            ['arn:', { Ref: 'AWS::Partition' }, `:iam::${OPERATIONS}:role/towpath-dev-jobs`],
          ],
        },
        TOWPATH_EXTERNAL_ID: EXTERNAL_ID,
      }),
    },
  });
});

test('beside the pipelines, no other role is needed', () => {
  const template = dev(ENVIRONMENTS.replace(ACCOUNTS.dev, OPERATIONS));
  for (const handler of ['web', 'clock', 'action', 'unanswered'])
    assert.deepEqual(assumed(template, handler), []);
});
