import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { templateOf } from '../deployment.ts';

const template = templateOf();

test('all but webhooks goes to web, which alone knows its routes', () => {
  template.resourceCountIs('AWS::ApiGatewayV2::Route', 2);
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default' });
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationType: 'AWS_PROXY',
    PayloadFormatVersion: '2.0',
    IntegrationUri: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionsWebFunction'), 'Arn'] },
  });
});

test('only this API may call web', () => {
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    FunctionName: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FunctionsWebFunction'), 'Arn'] },
    SourceArn: Match.objectLike({}),
  });
});

test('requests are throttled, and logged without what people send', () => {
  const stages = Object.values(template.findResources('AWS::ApiGatewayV2::Stage')) as {
    Properties: {
      AccessLogSettings: { Format: string };
      DefaultRouteSettings: Record<string, number>;
    };
  }[];
  const [stage] = stages;
  assert(stage);
  const { AccessLogSettings, DefaultRouteSettings } = stage.Properties;
  assert.deepEqual(DefaultRouteSettings, {
    ThrottlingBurstLimit: 400,
    ThrottlingRateLimit: 200,
  });
  const format = JSON.parse(AccessLogSettings.Format) as Record<string, string>;
  assert.deepEqual(Object.keys(format), [
    'requestId',
    'time',
    'ip',
    'method',
    'path',
    'status',
    'length',
    'latency',
    'error',
  ]);
});
