import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Code,
  Function as LambdaFunction,
  LayerVersion,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import { logRetention } from '../logs/retention.ts';
import { explainWildcards } from './wildcards.ts';

/** The handler that the one binary is asked for: it decides which function it is. */
export type Handler = 'web' | 'hooks' | 'events' | 'action' | 'unanswered' | 'register' | 'clock';

/** The alias of each function that is called through one. */
export const LIVE = 'live';

export interface TowpathFunctionProps {
  readonly deployment: Deployment;
  readonly handler: Handler;
  /** What it is for, in one sentence. */
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  /** The layer with `towpath.toml`. */
  readonly configuration: LayerVersion;
  readonly variables?: Readonly<Record<string, string>>;
  /** Reserved concurrency; left out, the function shares the account's. */
  readonly concurrency?: number | undefined;
}

/** On what terms a right is granted. */
export interface Terms {
  readonly conditions?: Conditions;
  /** Why a resource has a `*`. */
  readonly because?: string;
}

/** A function of Towpath: the same zip for all, a role of its own, and only the rights that are granted to it by name. */
export class TowpathFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly handler: Handler;
  private alias: Alias | undefined;

  constructor(scope: Construct, id: string, props: TowpathFunctionProps) {
    super(scope, id);
    const { environment } = props.deployment;
    this.handler = props.handler;
    const name = physicalName(environment, props.handler);
    // None at all: calls that need an answer are refused, events wait in their queue.
    const concurrency = props.deployment.closed === true ? 0 : props.concurrency;
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${name}`,
      retention: logRetention(environment.retention.logDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      roleName: name,
      description: `What ${name} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: name,
      description: props.description,
      role: this.role,
      runtime: Runtime.PROVIDED_AL2023,
      architecture:
        environment.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      code: Code.fromAsset(props.deployment.package.zip(environment.architecture)),
      handler: props.handler,
      layers: [props.configuration],
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      logGroup: this.logGroup,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
      // The version before is what a deployment is rolled back to, also by hand when it has ended.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      environment: {
        TOWPATH_CONFIG: '/opt/towpath.toml',
        TOWPATH_HOME: environment.name,
        TOWPATH_LOG: environment.logLevel,
        ...props.variables,
      },
    });
    this.grant(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
  }

  /** The alias `live`, which callers call: each deployment publishes a version and moves the alias to it. */
  get live(): Alias {
    this.alias ??= new Alias(this, 'Live', {
      aliasName: LIVE,
      version: this.lambda.currentVersion,
      description: 'The version that is called',
    });
    return this.alias;
  }

  /** Lets it do exactly that, there. A resource with a `*` needs a reason. */
  grant(actions: readonly string[], resources: readonly string[], terms: Terms = {}): void {
    const { conditions, because } = terms;
    this.role.addToPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
    );
    explainWildcards(this.role, resources, because);
  }

  /** Tells it something by its environment. */
  set(name: string, value: string): void {
    this.lambda.addEnvironment(name, value);
  }
}
