import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';

const ALARMS = 'alarms_to = "releases@example.com"\n';
const template = templateOf(environmentToml(`${ALARMS}monthly_budget_usd = 50\n`));
const topic = { Ref: Match.stringLikeRegexp('^AlarmsNoticesTopic') };

test('the address of alarms is told what the account costs, before and when it is too much', () => {
  const told = (NotificationType: string, Threshold: number) => ({
    Notification: {
      NotificationType,
      Threshold,
      ThresholdType: 'PERCENTAGE',
      ComparisonOperator: 'GREATER_THAN',
    },
    Subscribers: [{ SubscriptionType: 'SNS', Address: topic }],
  });
  template.hasResourceProperties('AWS::Budgets::Budget', {
    Budget: {
      BudgetName: 'towpath-dev-monthly',
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 50, Unit: 'USD' },
      CostTypes: { IncludeCredit: false, IncludeRefund: false },
    },
    NotificationsWithSubscribers: [
      told('ACTUAL', 80),
      told('ACTUAL', 100),
      told('FORECASTED', 100),
    ],
  });
});

test('AWS Budgets may publish for this account, before the budget is made', () => {
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Principal: { Service: 'budgets.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topic,
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: { 'aws:SourceArn': Match.anyValue() },
          },
        }),
      ]),
    },
  });
  const [policy] = Object.keys(template.findResources('AWS::SNS::TopicPolicy'));
  const [budget] = Object.values(template.findResources('AWS::Budgets::Budget')) as {
    DependsOn: string[];
  }[];
  assert.deepEqual(budget?.DependsOn, [policy]);
});

test('without a word of it there is none, and nobody else publishes', () => {
  const without = templateOf(environmentToml(ALARMS));
  without.resourceCountIs('AWS::Budgets::Budget', 0);
  assert.doesNotMatch(JSON.stringify(without.toJSON()), /budgets\.amazonaws/);
});
