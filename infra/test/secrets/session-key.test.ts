import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { templateOf } from '../deployment.ts';

const template = templateOf();

test('AWS makes the session key, of 64 letters and digits', () => {
  template.hasResourceProperties('AWS::SecretsManager::Secret', {
    Name: 'towpath-dev-session-key',
    GenerateSecretString: {
      SecretStringTemplate: '{}',
      GenerateStringKey: 'current',
      PasswordLength: 64,
      ExcludePunctuation: true,
      IncludeSpace: false,
    },
  });
});

test('only the function that has sessions is told of the key, and may read it', () => {
  const functions = template.findResources('AWS::Lambda::Function', {
    Properties: Match.objectLike({
      Environment: { Variables: Match.objectLike({ TOWPATH_SESSION_SECRET: Match.anyValue() }) },
    }),
  });
  const handlers = Object.values(functions).map(
    (found) => (found['Properties'] as { Handler: string }).Handler,
  );
  assert.deepEqual(handlers, ['web']);
  const readers = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([, policy]) =>
    JSON.stringify(policy).includes('SessionKeySecret'),
  );
  assert.equal(readers.length, 1);
  assert.match(readers[0]?.[0] ?? '', /^FunctionsWeb/);
});
