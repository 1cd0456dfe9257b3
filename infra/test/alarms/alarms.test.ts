import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';

const template = templateOf(environmentToml('alarms_to = "releases@example.com"\n'));

interface Alarm {
  readonly Properties: {
    readonly AlarmName: string;
    readonly Namespace?: string;
    readonly MetricName?: string;
    readonly Dimensions?: unknown;
    readonly AlarmActions: unknown;
    readonly OKActions: unknown;
    readonly TreatMissingData: string;
  };
}

const alarms = (Object.values(template.findResources('AWS::CloudWatch::Alarm')) as Alarm[]).map(
  ({ Properties }) => Properties,
);

test('what somebody has to do something about has an alarm', () => {
  assert.deepEqual(alarms.map(({ AlarmName }) => AlarmName.replace('towpath-dev-', '')).sort(), [
    'action-fails',
    'action-throttled',
    'answers-with-errors',
    'clock-fails',
    'clock-missed',
    'clock-silent',
    'clock-throttled',
    'dead-letters',
    'events-fails',
    'events-throttled',
    'events-wait',
    'hooks-fails',
    'hooks-throttled',
    'promotion-failed',
    'registration-failed',
    'table-GetItem-fails',
    'table-PutItem-fails',
    'table-Query-fails',
    'table-TransactWriteItems-fails',
    'table-index-reads-throttled',
    'table-index-writes-throttled',
    'table-reads-throttled',
    'table-writes-throttled',
    'undelivered-events',
    'web-fails',
    'web-throttled',
  ]);
});

test('each watches a metric of one thing, and tells when it rings and when it is over', () => {
  const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
  for (const alarm of alarms) {
    assert.ok(alarm.MetricName, alarm.AlarmName);
    // Metrics of our own have the environment in their name instead.
    assert.equal(alarm.Dimensions === undefined, alarm.Namespace === 'Towpath', alarm.AlarmName);
    assert.deepEqual(alarm.AlarmActions, [{ Ref: topic }], alarm.AlarmName);
    assert.deepEqual(alarm.OKActions, [{ Ref: topic }], alarm.AlarmName);
  }
});

test('one dead letter rings', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'towpath-dev-dead-letters',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Statistic: 'Maximum',
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
  });
});

test('a clock that says nothing for half an hour rings; of all others silence is good', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'towpath-dev-clock-silent',
    MetricName: 'Invocations',
    Statistic: 'Sum',
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    Period: 300,
    EvaluationPeriods: 6,
    TreatMissingData: 'breaching',
  });
  const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
  assert.equal(breaching.length, 1);
});

test('alarms go to the given address through an encrypted topic that only CloudWatch fills', () => {
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'releases@example.com',
  });
  template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
  const fromHere = { StringEquals: { 'aws:SourceAccount': '111111111111' } };
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: Match.objectLike({
      Statement: [
        Match.objectLike({
          Effect: 'Deny',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: fromHere,
        }),
      ],
    }),
  });
  template.hasResourceProperties('AWS::KMS::Key', {
    EnableKeyRotation: true,
    KeyPolicy: Match.objectLike({
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: fromHere,
        }),
      ]),
    }),
  });
});

test('without an address there is still a topic to subscribe to', () => {
  const silent = templateOf();
  silent.resourceCountIs('AWS::SNS::Subscription', 0);
  silent.resourceCountIs('AWS::SNS::Topic', 1);
});

test('a dashboard shows the day', () => {
  template.hasResourceProperties('AWS::CloudWatch::Dashboard', {
    DashboardName: 'towpath-dev-day',
  });
  const body = JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard'));
  for (const shown of [
    'Taps',
    'Requests',
    'p99',
    'ApproximateAgeOfOldestMessage',
    'Jobs of pipelines',
    'Errors and throttles',
    'ConsumedWriteCapacityUnits',
  ])
    assert.ok(body.includes(shown), shown);
});
