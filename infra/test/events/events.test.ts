import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';

const alone = templateOf();
const shared = templateOf(environmentToml('events_from = ["444444444444"]\n'));

interface Rule {
  readonly Properties: {
    readonly Name: string;
    readonly EventBusName?: unknown;
    readonly EventPattern: { readonly source: string[]; readonly account: string[] };
    readonly Targets: {
      readonly Arn: unknown;
      readonly DeadLetterConfig: { readonly Arn: unknown };
    }[];
  };
}

function rules(template = alone): Rule['Properties'][] {
  const found = Object.values(template.findResources('AWS::Events::Rule')) as Rule[];
  return found.map(({ Properties }) => Properties);
}

test('each system has a rule, for the account of the environment and no other', () => {
  const found = rules().map(({ Name, EventPattern }) => [Name, EventPattern.source[0]]);
  assert.deepEqual(found.sort(), [
    ['towpath-dev-own-codeartifact', 'aws.codeartifact'],
    ['towpath-dev-own-codebuild', 'aws.codebuild'],
    ['towpath-dev-own-codepipeline', 'aws.codepipeline'],
    ['towpath-dev-own-ecr', 'aws.ecr'],
  ]);
  for (const { EventPattern, EventBusName } of rules()) {
    assert.deepEqual(EventPattern.account, ['111111111111']);
    assert.equal(EventBusName, undefined, 'AWS reports on the default bus');
  }
});

test('what cannot be delivered is put aside, and tried for a day before', () => {
  for (const { Targets } of rules(shared)) {
    const [target, ...more] = Targets;
    assert.deepEqual(more, []);
    assert.ok(target);
    assert.notDeepEqual(target.Arn, target.DeadLetterConfig.Arn);
  }
  shared.allResourcesProperties('AWS::Events::Rule', {
    Targets: [
      Match.objectLike({
        RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 },
      }),
    ],
  });
});

test('without other accounts there is no bus for them', () => {
  alone.resourceCountIs('AWS::Events::EventBus', 0);
});

test('other accounts send to a bus of their own, and only what AWS itself reports', () => {
  shared.resourceCountIs('AWS::Events::EventBus', 1);
  shared.hasResourceProperties('AWS::Events::EventBus', {
    Name: 'towpath-dev-reports',
    Policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ReportsOfOtherAccounts',
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam::444444444444:root'] },
          Action: 'events:PutEvents',
          Resource: Match.anyValue(),
          Condition: {
            StringEquals: {
              'events:source': ['aws.codepipeline', 'aws.codebuild', 'aws.ecr', 'aws.codeartifact'],
              'events:detail-type': Match.anyValue(),
            },
          },
        },
      ],
    },
  });
  const others = rules(shared).filter(({ EventBusName }) => EventBusName !== undefined);
  assert.equal(others.length, 4);
  for (const { EventPattern } of others) assert.deepEqual(EventPattern.account, ['444444444444']);
});
