import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';

const template = templateOf(environmentToml('events_from = ["444444444444"]\n'));

interface Statement {
  readonly Effect: string;
  readonly Action: string;
  readonly Principal: { readonly Service?: string };
  readonly Condition: { readonly ArnEquals?: { readonly 'aws:SourceArn': unknown[] } };
}

interface QueuePolicy {
  readonly Properties: { readonly PolicyDocument: { readonly Statement: Statement[] } };
}

const statements = (
  Object.values(template.findResources('AWS::SQS::QueuePolicy')) as QueuePolicy[]
).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

/** The time that a function has. */
function timeout(handler: string): number {
  const [found] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { Handler: handler } }),
  ) as { Properties: { Timeout: number } }[];
  assert.ok(found);
  return found.Properties.Timeout;
}

test('every queue is encrypted and closed to plain HTTP', () => {
  template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
  const denied = statements.filter(({ Effect }) => Effect === 'Deny');
  assert.equal(denied.length, Object.keys(template.findResources('AWS::SQS::Queue')).length);
  for (const { Condition } of denied)
    assert.deepEqual(Condition, { Bool: { 'aws:SecureTransport': 'false' } });
});

test('a message that is worked on stays hidden for six times the time of the function', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    QueueName: 'towpath-dev-events',
    VisibilityTimeout: 6 * timeout('events'),
  });
});

test('a message is tried for ten hours before it is put aside, where only this queue may put it', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    QueueName: 'towpath-dev-events',
    MessageRetentionPeriod: 7 * 86400,
    RedrivePolicy: {
      maxReceiveCount: (10 * 3600) / (6 * timeout('events')),
      deadLetterTargetArn: Match.anyValue(),
    },
  });
  const [deadLetters] = Object.values(
    template.findResources('AWS::SQS::Queue', {
      Properties: { QueueName: 'towpath-dev-events-dead-letters' },
    }),
  ) as { Properties: { MessageRetentionPeriod: number; RedriveAllowPolicy: unknown } }[];
  assert.ok(deadLetters);
  assert.equal(deadLetters.Properties.MessageRetentionPeriod, 14 * 86400);
  const policy = JSON.stringify(deadLetters.Properties.RedriveAllowPolicy);
  assert.match(policy, /"redrivePermission":"byQueue"/);
  assert.match(policy, /:sqs:eu-west-1:111111111111:towpath-dev-events"/);
});

test('only the rules may put events into the queue, and all of them may', () => {
  const rules = Object.keys(template.findResources('AWS::Events::Rule'));
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
  assert.equal(allowed.length, 2, 'the queue itself, and where undelivered events go');
  for (const { Action, Condition, Principal } of allowed) {
    assert.equal(Principal.Service, 'events.amazonaws.com');
    assert.equal(Action, 'sqs:SendMessage');
    const named = JSON.stringify(Condition.ArnEquals?.['aws:SourceArn']);
    for (const rule of rules) assert.ok(named.includes(`{"Fn::GetAtt":["${rule}","Arn"]}`), rule);
  }
});

test('the function answers for each message alone, and leaves some for people', () => {
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 4 },
  });
});
