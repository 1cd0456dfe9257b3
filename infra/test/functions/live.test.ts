/** What is called by its alias, how a new version gets there, and how calls of `action` and `register` end that died. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';

const ALARMS = 'alarms_to = "releases@example.com"\n';
const template = templateOf();
const watched = templateOf(environmentToml(ALARMS));

/** The functions that an alias belongs to. */
function aliases(of: typeof template): string[] {
  return Object.keys(of.findResources('AWS::Lambda::Alias', { Properties: { Name: 'live' } }))
    .map((id) => /^Functions(\w+?)Live/.exec(id)?.[1] ?? id)
    .sort();
}

test('what people, queues and the schedule call has an alias; what CodePipeline and functions call has none', () => {
  assert.deepEqual(aliases(template), ['Clock', 'Events', 'Hooks', 'Web']);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { 'Fn::Join': ['', [Match.anyValue(), ':live']] },
  });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    Target: Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('^FunctionsClockLive') } }),
  });
});

test('a version stays when the next one is there, so that the alias can go back to it', () => {
  template.allResources('AWS::Lambda::Version', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  });
  template.resourceCountIs('AWS::Lambda::Version', 4);
});

test('a change of the configuration is a new version, one of what no version holds is none', () => {
  const versions = (toml: string) =>
    Object.keys(templateOf(environmentToml(toml)).findResources('AWS::Lambda::Version')).sort();
  assert.notDeepEqual(versions('log_level = "debug"\n'), versions(''));
  assert.deepEqual(versions('concurrency = { web = 5 }\n'), versions(''));
});

test('with alarms, a new version gets a part of the calls first, and those that people feel take it back', () => {
  const groups = watched.findResources('AWS::CodeDeploy::DeploymentGroup');
  assert.deepEqual(
    Object.values(groups)
      .map((group) => (group['Properties'] as { DeploymentGroupName: string }).DeploymentGroupName)
      .sort(),
    ['events', 'hooks', 'web'],
  );
  for (const name of ['events', 'hooks', 'web'])
    watched.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentGroupName: name,
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent10Minutes',
      AlarmConfiguration: {
        Enabled: true,
        Alarms: ['tapsfail', 'answerswitherrors', 'slow', 'functionsfail'].map((alarm) => ({
          Name: { Ref: Match.stringLikeRegexp(`^Alarms${alarm}`) },
        })),
      },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: Match.arrayWith(['DEPLOYMENT_STOP_ON_ALARM']),
      },
    });
  const gradual = Object.entries(watched.findResources('AWS::Lambda::Alias'))
    .filter(([, alias]) => 'UpdatePolicy' in alias)
    .map(([id]) => /^Functions(\w+?)Live/.exec(id)?.[1]);
  assert.deepEqual(gradual.sort(), ['Events', 'Hooks', 'Web']);
});

test('without alarms, the aliases move at once', () => {
  template.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 0);
  for (const alias of Object.values(template.findResources('AWS::Lambda::Alias')))
    assert.ok(!('UpdatePolicy' in alias));
});

test('a call of register that failed is made again twice, and given up after an hour', () => {
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: Match.stringLikeRegexp('^FunctionsRegisterFunction') },
    Qualifier: '$LATEST',
    MaximumEventAgeInSeconds: 3600,
    MaximumRetryAttempts: 2,
    DestinationConfig: Match.absent(),
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'register',
    MemorySize: 1024,
    Timeout: 900,
    ReservedConcurrentExecutions: Match.absent(),
  });
});

test('a job whose function failed twice, or that waited in vain, is answered while CodePipeline waits', () => {
  template.hasResource('AWS::Lambda::EventInvokeConfig', {
    Properties: {
      FunctionName: { Ref: Match.stringLikeRegexp('^FunctionsActionFunction') },
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 1080,
      MaximumRetryAttempts: 1,
      DestinationConfig: {
        OnFailure: {
          Destination: {
            'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionsUnansweredFunction'), 'Arn'],
          },
        },
      },
    },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^FunctionsActionRoleDefaultPolicy')]),
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'unanswered',
    MemorySize: 256,
    Timeout: 30,
  });
  const [action] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { Handler: 'action' } }),
  ) as { Properties: { Timeout: number } }[];
  assert.ok(action);
  // CodePipeline waits for 1,200 s; between the tries Lambda waits for a minute.
  assert.ok(2 * action.Properties.Timeout + 60 < 1200);
});
