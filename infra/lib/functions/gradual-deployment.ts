import { Validations } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import {
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from './function.ts';

export interface GradualDeploymentProps {
  readonly deployment: Deployment;
  /** The functions whose alias moves gradually. */
  readonly functions: readonly TowpathFunction[];
  /** What stops a deployment and takes it back. */
  readonly alarms: readonly Alarm[];
}

/** For so long a new version gets a tenth of the calls: two periods of the alarms. */
const CANARY = LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES;

/**
 * CodeDeploy moves the alias of each function: a tenth of the calls go to the new version for ten minutes, then all. An
 * alarm that rings in the meantime moves it back, and CloudFormation takes the rest of the deployment back.
 */
export class GradualDeployment extends Construct {
  constructor(scope: Construct, id: string, props: GradualDeploymentProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const application = new LambdaApplication(this, 'Application', {
      applicationName: physicalName(environment, 'functions'),
    });
    const role = new Role(this, 'Role', {
      roleName: physicalName(environment, 'gradual-deployment'),
      description: `Moves the aliases of Towpath's functions in ${environment.name}`,
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
      reason:
        'CodeDeploy says by this policy which rights a deployment of functions needs; only CodeDeploy can take the role on.',
    });
    for (const { handler, live } of props.functions)
      new LambdaDeploymentGroup(this, handler, {
        application,
        role,
        alias: live,
        deploymentGroupName: handler,
        deploymentConfig: CANARY,
        alarms: [...props.alarms],
        autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
      });
  }
}
