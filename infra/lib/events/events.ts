import { Duration } from 'aws-cdk-lib';
import { type IEventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { ReportsBus } from './bus.ts';
import { EventQueue } from './queue.ts';
import { pattern, REPORTED } from './reported.ts';

export interface ReportedEventsProps {
  readonly deployment: Deployment;
  /** The function that records them. */
  readonly recorder: TowpathFunction;
}

/**
 * What AWS reports of pipelines, builds, images and packages, on its way to the function that records it: rules on the
 * account's own bus, and the same on a bus for the other accounts that `environments.toml` names, all into one queue.
 */
export class ReportedEvents extends Construct {
  readonly queue: EventQueue;
  /** The bus for other accounts, if there are any. */
  readonly bus: ReportsBus | undefined;

  constructor(scope: Construct, id: string, props: ReportedEventsProps) {
    super(scope, id);
    const { deployment } = props;
    const { account, eventsFrom } = deployment.environment;
    this.queue = new EventQueue(this, 'Waiting', { deployment, reader: props.recorder });

    const rules = this.rules(deployment, 'own', [account]);
    if (eventsFrom.length > 0) {
      this.bus = new ReportsBus(this, 'Others', { deployment });
      rules.push(...this.rules(deployment, 'others', eventsFrom, this.bus.bus));
    }
    this.queue.acceptFrom(rules);
  }

  /** A rule a system. Without a bus, on the account's default one, where AWS itself reports. */
  private rules(
    deployment: Deployment,
    whose: 'own' | 'others',
    accounts: readonly string[],
    bus?: IEventBus,
  ): Rule[] {
    return REPORTED.map(
      (reporting) =>
        new Rule(this, `${whose}-${reporting.name}`, {
          ruleName: physicalName(deployment.environment, `${whose}-${reporting.name}`),
          description: `What ${reporting.source} reports, to Towpath's queue`,
          eventPattern: pattern(reporting, accounts),
          targets: [this.target()],
          ...(bus && { eventBus: bus }),
        }),
    );
  }

  /** CDK's own target would let each rule do more with the queue than send to it. */
  private target(): IRuleTarget {
    const { queue, undelivered } = this.queue;
    return {
      bind: () => ({
        arn: queue.queueArn,
        deadLetterConfig: { arn: undelivered.queueArn },
        // What EventBridge does unasked, written down: a day of trying.
        retryPolicy: {
          maximumEventAgeInSeconds: Duration.hours(24).toSeconds(),
          maximumRetryAttempts: 185,
        },
      }),
    };
  }
}
