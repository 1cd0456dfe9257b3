import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Api } from '../api/api.ts';
import { type Deployment, physicalName } from '../deployment.ts';
import type { EventQueue } from '../events/queue.ts';
import type { Functions } from '../functions/functions.ts';
import type { Records } from '../records/records.ts';
import { MonthlyBudget } from './budget.ts';
import { TowpathDashboard } from './dashboard.ts';
import { logEvents } from './log-events.ts';
import { Notices } from './notices.ts';
import { portal } from './portal.ts';
import { queues } from './queues.ts';
import { table } from './table.ts';
import { condition, description, type Watch } from './watch.ts';
import { work } from './work.ts';

/** What is watched. */
export interface Watched {
  readonly deployment: Deployment;
  readonly functions: Functions;
  readonly events: EventQueue;
  readonly api: Api;
  readonly records: Records;
}

/** Alarms, where there is an address that they go to, and a dashboard, where the environment has one. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];
  /** Those that stop a deployment. */
  readonly stopping: readonly Alarm[];

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    const { deployment } = watched;
    const { alarmsTo, dashboard, monthlyBudgetUsd } = deployment.environment;
    const made =
      alarmsTo === undefined
        ? []
        : this.watches(watched).map((watch) => ({ watch, alarm: this.alarm(deployment, watch) }));
    this.all = made.map(({ alarm }) => alarm);
    this.stopping = made.filter(({ watch }) => watch.stops).map(({ alarm }) => alarm);
    if (alarmsTo !== undefined) {
      const alarms = made.map(({ watch }) => alarmName(deployment, watch));
      const { topic } = new Notices(this, 'Notices', { deployment, to: alarmsTo, alarms });
      if (monthlyBudgetUsd !== undefined)
        new MonthlyBudget(this, 'Budget', { deployment, usd: monthlyBudgetUsd, topic });
    }
    if (dashboard) new TowpathDashboard(this, 'Dashboard', { ...watched, alarms: this.all });
  }

  private watches({ deployment, functions, events, api, records }: Watched): Watch[] {
    return [
      ...portal(deployment, api, functions),
      ...queues(events),
      ...work(deployment, functions),
      ...logEvents(this, deployment, functions),
      ...table(records),
    ];
  }

  private alarm(deployment: Deployment, watch: Watch): Alarm {
    return new Alarm(this, watch.name, {
      alarmName: alarmName(deployment, watch),
      alarmDescription: description(watch),
      metric: watch.metric,
      ...condition(watch),
    });
  }
}

function alarmName({ environment }: Deployment, { name }: Watch): string {
  return physicalName(environment, name);
}
