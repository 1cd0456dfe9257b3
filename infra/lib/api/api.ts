import { Aws, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { logRetention } from '../logs/retention.ts';

/** What one line of the access log says: who asked for what, how it went, and where the function's own line is. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  length: '$context.responseLength',
  latency: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
};

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
      defaultRouteSettings: { throttlingRateLimit: 200, throttlingBurstLimit: 400 },
    });
  }

  /** Where CloudFront finds it. */
  get hostname(): string {
    return `${this.api.ref}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  }

  /** Sends a route to a function. */
  route(key: string, to: TowpathFunction): void {
    const integration = new CfnIntegration(this, `${to.handler}-integration`, {
      apiId: this.api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: to.lambda.functionArn,
      payloadFormatVersion: '2.0',
    });
    const route = new CfnRoute(this, `${to.handler}-route`, {
      apiId: this.api.ref,
      routeKey: key,
      target: `integrations/${integration.ref}`,
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Every route leads to a function that asks who it is itself: pages need a redirect to sign in, some need nobody, and webhooks sign what they send.',
    });
    to.lambda.addPermission('Api', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: `arn:${Aws.PARTITION}:execute-api:${Aws.REGION}:${Aws.ACCOUNT_ID}:${this.api.ref}/*/*`,
    });
  }
}
