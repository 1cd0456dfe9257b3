import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { templateOf } from '../deployment.ts';

const template = templateOf();

test('the clock is called every five minutes, neither earlier nor later', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(5 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: Match.objectLike({
      Input: '{}',
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 300 },
      DeadLetterConfig: { Arn: Match.anyValue() },
    }),
  });
});

test('a turn of the clock that failed is left to the next one', () => {
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: Match.stringLikeRegexp('^FunctionsClockFunction') },
    Qualifier: Match.objectLike({}),
    MaximumRetryAttempts: 0,
    MaximumEventAgeInSeconds: 300,
  });
});

test('the schedule may call the clock and put a call aside, and nothing else', () => {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const [id, policy] = policies.find(([name]) => name.startsWith('ClockRights')) ?? [];
  assert.ok(policy && id);
  const { PolicyDocument } = policy['Properties'] as {
    PolicyDocument: {
      Statement: { Action: string; Resource: { 'Fn::GetAtt'?: string[]; Ref?: string } }[];
    };
  };
  const rights = PolicyDocument.Statement.map(({ Action, Resource }) => [
    Action,
    (Resource.Ref ?? Resource['Fn::GetAtt']?.[0])?.replace(/[0-9A-F]{8}$/, ''),
  ]);
  assert.deepEqual(rights, [
    ['lambda:InvokeFunction', 'FunctionsClockLive'],
    ['sqs:SendMessage', 'ClockMissed'],
  ]);
  template.hasResource('AWS::Scheduler::Schedule', { DependsOn: [id] });
});

test('a schedule of another account cannot use the role', () => {
  template.hasResourceProperties('AWS::IAM::Role', {
    RoleName: 'towpath-dev-clock-schedule',
    AssumeRolePolicyDocument: Match.objectLike({
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
        },
      ],
    }),
  });
});
