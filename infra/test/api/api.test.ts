import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { LOGIN_ROUTES } from '../../lib/api/api.ts';
import { templateOf } from '../deployment.ts';

const template = templateOf();

test('all but webhooks goes to web, which alone knows its routes', () => {
  const routes = template.findResources('AWS::ApiGatewayV2::Route');
  const keys = Object.values(routes).map(
    (route) => (route as { Properties: { RouteKey: string } }).Properties.RouteKey,
  );
  assert.deepEqual(keys.sort(), ['$default', ...LOGIN_ROUTES, 'POST /hooks/{proxy+}'].sort());
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationType: 'AWS_PROXY',
    PayloadFormatVersion: '2.0',
    IntegrationUri: { Ref: Match.stringLikeRegexp('^FunctionsWebLive') },
  });
});

test('only this API may call web', () => {
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    FunctionName: { Ref: Match.stringLikeRegexp('^FunctionsWebLive') },
    SourceArn: Match.objectLike({}),
  });
});

test('the API turns to the alias only when it may call it', () => {
  for (const handler of ['web', 'hooks'])
    template.hasResource('AWS::ApiGatewayV2::Integration', {
      Properties: Match.objectLike({ IntegrationUri: { Ref: Match.stringLikeRegexp('Live') } }),
      DependsOn: [Match.stringLikeRegexp(`^Api${handler}permission`)],
    });
});

test('requests are throttled, and logged without what people send', () => {
  const stages = Object.values(template.findResources('AWS::ApiGatewayV2::Stage')) as {
    Properties: {
      AccessLogSettings: { Format: string };
      DefaultRouteSettings: Record<string, number>;
      RouteSettings: Record<string, Record<string, number>>;
    };
    DependsOn: string[];
  }[];
  const [stage] = stages;
  assert(stage);
  const { AccessLogSettings, DefaultRouteSettings, RouteSettings } = stage.Properties;
  assert.deepEqual(DefaultRouteSettings, {
    ThrottlingBurstLimit: 400,
    ThrottlingRateLimit: 200,
  });
  // Where somebody could guess, far fewer are let through.
  assert.deepEqual(Object.keys(RouteSettings).sort(), [...LOGIN_ROUTES].sort());
  for (const pace of Object.values(RouteSettings))
    assert.deepEqual(pace, { ThrottlingBurstLimit: 40, ThrottlingRateLimit: 20 });
  assert.equal(stage.DependsOn.length, LOGIN_ROUTES.length);
  const format = JSON.parse(AccessLogSettings.Format) as Record<string, string>;
  assert.deepEqual(Object.keys(format), [
    'requestId',
    'time',
    'method',
    'route',
    'status',
    'length',
    'latency',
    'error',
  ]);
  // An address may itself be what opens something.
  for (const field of Object.values(format)) assert.doesNotMatch(field, /path|query|protocol/i);
  // It would be CloudFront's.
  for (const field of Object.values(format)) assert.doesNotMatch(field, /sourceIp/i);
});
