import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { COUNTED } from '../../lib/alarms/counted.ts';
import { environmentToml, templateOf } from '../deployment.ts';

const ALARMS = 'alarms_to = "releases@example.com"\n';
const template = templateOf(environmentToml(ALARMS));

interface Alarm {
  readonly Properties: {
    readonly AlarmName: string;
    readonly Namespace?: string;
    readonly MetricName?: string;
    readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
    readonly Metrics?: readonly unknown[];
    readonly AlarmActions?: unknown;
    readonly OKActions?: unknown;
    readonly TreatMissingData: string;
  };
}

const alarms = (Object.values(template.findResources('AWS::CloudWatch::Alarm')) as Alarm[]).map(
  ({ Properties }) => Properties,
);

test('what people feel, and what nobody would see, has an alarm', () => {
  assert.deepEqual(alarms.map(({ AlarmName }) => AlarmName.replace('towpath-dev-', '')).sort(), [
    'answers-with-errors',
    'clock-silent',
    'dead-letters',
    'download-not-recorded',
    'events-wait',
    'functions-fail',
    'jobs-unanswered',
    'jobs-wait',
    'object-damaged',
    'promotion-failed',
    'promotions-open',
    'registrations-wait',
    'slow',
    'table-throttled',
    'taps-fail',
    'undelivered-events',
    'web-throttled',
  ]);
});

test('without an address for them there are no alarms, and nothing that would send them', () => {
  const silent = templateOf();
  for (const kind of ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic', 'AWS::Logs::MetricFilter'])
    silent.resourceCountIs(kind, 0);
  assert.doesNotMatch(JSON.stringify(silent.findResources('AWS::Events::Rule')), /aws\.cloudwatch/);
});

test('what the functions count has the environment as its only dimension', () => {
  const counted = alarms.filter(({ MetricName }) =>
    (COUNTED as readonly (string | undefined)[]).includes(MetricName),
  );
  assert.deepEqual(counted.map(({ MetricName }) => MetricName).sort(), [
    'JobsUnanswered',
    'PromotionsOpen',
    'RegistrationsWaiting',
    'TapsFailed',
  ]);
  for (const { Namespace, Dimensions } of counted) {
    assert.equal(Namespace, 'Towpath');
    assert.deepEqual(Dimensions, [{ Name: 'Environment', Value: 'dev' }]);
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

test('one error among few answers does not ring, and neither do few among many', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'towpath-dev-answers-with-errors',
    Threshold: 1,
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'IF(failed > 2, 100 * failed / requests, 0)' }),
    ]),
  });
});

test('an error of each function rings but of those that have an alarm on their work', () => {
  const [alarm] = alarms.filter(({ AlarmName }) => AlarmName === 'towpath-dev-functions-fail');
  const watched = (alarm?.Metrics ?? []) as { Id: string; MetricStat?: unknown }[];
  assert.deepEqual(
    watched.flatMap(({ Id, MetricStat }) => (MetricStat === undefined ? [] : [Id])).sort(),
    ['events', 'hooks', 'register', 'unanswered', 'web'],
  );
});

test('an upload that waits to be registered rings', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'towpath-dev-registrations-wait',
    MetricName: 'RegistrationsWaiting',
    Statistic: 'Maximum',
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
  });
});

test('a job that waits for ten minutes rings while CodePipeline still waits', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'towpath-dev-jobs-wait',
    MetricName: 'AsyncEventAge',
    Threshold: 720_000,
  });
});

test('a clock that did nothing for half an hour rings, also one that was called and failed; of all others silence is good', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'towpath-dev-clock-silent',
    Metrics: Match.arrayWith([Match.objectLike({ Expression: 'calls - FILL(failed, 0)' })]),
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 6,
    TreatMissingData: 'breaching',
  });
  const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
  assert.equal(breaching.length, 1);
});

interface State {
  readonly state: { readonly value: readonly string[] };
  readonly previousState?: { readonly value: readonly string[] };
}

test('a mail goes out when an alarm rings and when it is over, and none for a new alarm that is well', () => {
  const [rule] = Object.values(
    template.findResources('AWS::Events::Rule', { Properties: { Name: 'towpath-dev-alarms' } }),
  ) as {
    Properties: {
      EventPattern: { detail: { alarmName: string[]; $or: State[] } };
      Targets: unknown[];
    };
  }[];
  assert(rule);
  const { detail } = rule.Properties.EventPattern;
  assert.deepEqual(detail.alarmName.toSorted(), alarms.map(({ AlarmName }) => AlarmName).sort());
  const sent = (before: string, after: string) =>
    detail.$or.some(
      ({ state, previousState }) =>
        state.value.includes(after) && (previousState?.value.includes(before) ?? true),
    );
  assert.ok(sent('OK', 'ALARM'));
  assert.ok(sent('INSUFFICIENT_DATA', 'ALARM'));
  assert.ok(sent('ALARM', 'OK'));
  assert.ok(!sent('INSUFFICIENT_DATA', 'OK'));
  for (const { AlarmName, AlarmActions, OKActions } of alarms)
    assert.deepEqual([AlarmActions, OKActions], [undefined, undefined], AlarmName);
  assert.match(JSON.stringify(rule.Properties.Targets), /detail\.configuration\.description/);
});

test('mails go to the given address, through a topic that only the rule fills', () => {
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'releases@example.com',
  });
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
          Principal: { Service: 'events.amazonaws.com' },
          Condition: {
            ArnEquals: {
              'aws:SourceArn': {
                'Fn::GetAtt': [Match.stringLikeRegexp('^AlarmsNoticesChanges'), 'Arn'],
              },
            },
          },
        }),
      ],
    }),
  });
  template.resourceCountIs('AWS::KMS::Key', 0);
});

test('a dashboard shows the day, where one is wanted', () => {
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  for (const further of ['', ALARMS]) {
    const shown = templateOf(environmentToml(`dashboard = true\n${further}`));
    shown.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'towpath-dev-day' });
    const body = JSON.stringify(shown.findResources('AWS::CloudWatch::Dashboard'));
    for (const part of [
      'TapsFailed',
      'Requests',
      'p99',
      'ApproximateAgeOfOldestMessage',
      'Jobs of pipelines',
      'Errors and throttles',
      'ConsumedWriteCapacityUnits',
    ])
      assert.ok(body.includes(part), part);
    assert.equal(
      body.includes('towpath-dev-taps-fail') || body.includes('Alarmstapsfail'),
      further !== '',
    );
  }
});
