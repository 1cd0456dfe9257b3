import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';
import { rightsOf } from '../rights.ts';

const template = templateOf();

test('what is delivered to /hooks goes to the function for it, and nothing else does', () => {
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')) as {
    Properties: { RouteKey: string; Target: unknown };
  }[];
  const hooks = routes.find(({ Properties }) => Properties.RouteKey === 'POST /hooks/{proxy+}');
  assert.ok(hooks);
  const there = JSON.stringify(hooks.Properties.Target);
  const same = routes.filter(({ Properties }) => JSON.stringify(Properties.Target) === there);
  assert.deepEqual(same, [hooks]);
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationType: 'AWS_PROXY',
    PayloadFormatVersion: '2.0',
    IntegrationUri: { Ref: Match.stringLikeRegexp('^FunctionsHooksLive') },
  });
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    FunctionName: { Ref: Match.stringLikeRegexp('^FunctionsHooksLive') },
  });
});

test('the secret begins without endpoints, so that every delivery is turned away', () => {
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    Name: 'towpath-dev-hooks',
    SecretString: '{"github": {}}',
  });
});

test('only hooks is told of the endpoints, and may read them', () => {
  const told = template.findResources('AWS::Lambda::Function', {
    Properties: Match.objectLike({
      Environment: { Variables: Match.objectLike({ TOWPATH_HOOKS_SECRET: Match.anyValue() }) },
    }),
  });
  assert.deepEqual(
    Object.values(told).map((found) => (found['Properties'] as { Handler: string }).Handler),
    ['hooks'],
  );
  for (const name of ['web', 'events', 'action', 'unanswered', 'clock'])
    assert.doesNotMatch(rightsOf(template, `towpath-dev-${name}`).join('\n'), /HookSecrets/);
});

test('where no webhooks are taken, there is no function, route, secret or log for them', () => {
  const without = JSON.stringify(
    templateOf(environmentToml('webhooks = false\nalarms_to = "a@example.com"\n')).toJSON(),
  );
  assert.doesNotMatch(without, /hooks/i);
});
