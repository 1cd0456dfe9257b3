import { Stack } from 'aws-cdk-lib';
import { CfnEventBus, EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { Environment } from '../environments/environment.ts';
import { REPORTED } from './reported.ts';

/** The name of the bus that an environment keeps for other accounts. Their rules send to it. */
export function busName(environment: Environment): string {
  return physicalName(environment, 'reports');
}

/** The address of that bus, for a rule in another account. */
export function busArn(scope: Construct, environment: Environment): string {
  return Stack.of(scope).formatArn({
    service: 'events',
    region: environment.region,
    account: environment.account,
    resource: 'event-bus',
    resourceName: busName(environment),
  });
}

/**
 * The way in for other accounts' events: a bus of our own, so that what they may send here gives them nothing on the
 * account's default bus. Its policy lies in the bus itself, which changes both at once.
 */
export class ReportsBus extends Construct {
  readonly bus: IEventBus;

  constructor(scope: Construct, id: string, props: { readonly deployment: Deployment }) {
    super(scope, id);
    const { environment } = props.deployment;
    const name = busName(environment);
    const bus = new CfnEventBus(this, 'Bus', {
      name,
      description: `What other accounts report to Towpath in ${environment.name}`,
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'ReportsOfOtherAccounts',
            Effect: 'Allow',
            Principal: {
              AWS: environment.eventsFrom.map((account) => `arn:aws:iam::${account}:root`),
            },
            Action: 'events:PutEvents',
            Resource: busArn(this, environment),
            Condition: {
              // Nobody but AWS can send events of these systems; EventBridge refuses them from everyone else.
              StringEquals: {
                'events:source': REPORTED.map(({ source }) => source),
                'events:detail-type': REPORTED.flatMap(({ detailTypes }) => detailTypes),
              },
            },
          },
        ],
      },
    });
    this.bus = EventBus.fromEventBusAttributes(this, 'Named', {
      eventBusName: bus.ref,
      eventBusArn: bus.attrArn,
      eventBusPolicy: '',
    });
  }
}
