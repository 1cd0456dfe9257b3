import { Aws, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { logRetention } from '../logs/retention.ts';

/**
 * What one line of the access log says: who asked through which route, how it went, and where the function's own line is.
 * Not the path and not the query: a share link is a path, and a sign-in comes back with its code in the query. The
 * function's own line has the path, without what opens anything. Not the caller's address either: that is CloudFront's,
 * and the function's line has the one that CloudFront saw.
 */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  length: '$context.responseLength',
  latency: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
};

/** How many requests a second are let through, and how many at once. */
interface Pace {
  readonly rate: number;
  readonly burst: number;
}

/** Everyone's requests together. */
const USUAL: Pace = { rate: 200, burst: 400 };

/** Where people prove who they are, or what they may have. Nobody needs these often. */
const SIGN_IN_PACE: Pace = { rate: 20, burst: 40 };

/** The routes of such addresses, all of which lead to `web`. */
export const LOGIN_ROUTES = [
  'GET /sign-in',
  'GET /sign-in/{proxy+}',
  'ANY /share/{proxy+}',
] as const;

/** The HTTP API. It hands webhooks to `hooks` and all else to `web`, which know their routes and who may do what. */
export class Api extends Construct {
  readonly api: CfnApi;
  readonly stage: CfnStage;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, { environment }: Deployment) {
    super(scope, id);
    const name = physicalName(environment, 'api');
    this.api = new CfnApi(this, 'Api', {
      name,
      description: `Towpath in ${environment.name}`,
      protocolType: 'HTTP',
    });
    this.accessLog = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/apigateway/${name}`,
      retention: logRetention(environment.retention.logDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new CfnStage(this, 'Stage', {
      apiId: this.api.ref,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destinationArn: this.accessLog.logGroupArn,
        format: JSON.stringify(ACCESS_LOG),
      },
      defaultRouteSettings: {
        throttlingRateLimit: USUAL.rate,
        throttlingBurstLimit: USUAL.burst,
      },
    });
  }

  /** Where CloudFront finds it. */
  get hostname(): string {
    return `${this.api.ref}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  }

  /** Sends everything to a function that no other route takes; signing in and share links, at their own pace. */
  rest(to: TowpathFunction): void {
    const [, ...logins] = this.routes(['$default', ...LOGIN_ROUTES], to);
    this.stage.routeSettings = Object.fromEntries(
      LOGIN_ROUTES.map((key) => [
        key,
        { ThrottlingRateLimit: SIGN_IN_PACE.rate, ThrottlingBurstLimit: SIGN_IN_PACE.burst },
      ]),
    );
    // A stage may only speak of routes that are there.
    for (const route of logins) this.stage.addResourceDependency(route);
  }

  /** Sends routes to a function. */
  routes(keys: readonly string[], to: TowpathFunction): CfnRoute[] {
    const integration = new CfnIntegration(this, `${to.handler}-integration`, {
      apiId: this.api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: to.live.functionArn,
      payloadFormatVersion: '2.0',
    });
    const permission = new CfnPermission(this, `${to.handler}-permission`, {
      action: 'lambda:InvokeFunction',
      functionName: to.live.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: `arn:${Aws.PARTITION}:execute-api:${Aws.REGION}:${Aws.ACCOUNT_ID}:${this.api.ref}/*/*`,
    });
    // A deployment that has an integration of the function itself turns to the alias without a gap.
    integration.addResourceDependency(permission);
    return keys.map((key, index) => this.route(key, `${to.handler}-route`, index, integration));
  }

  private route(key: string, id: string, index: number, integration: CfnIntegration): CfnRoute {
    const route = new CfnRoute(this, index === 0 ? id : `${id}-${String(index)}`, {
      apiId: this.api.ref,
      routeKey: key,
      target: `integrations/${integration.ref}`,
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Every route leads to a function that asks who it is itself: pages need a redirect to sign in, some need nobody, and webhooks sign what they send.',
    });
    return route;
  }
}
