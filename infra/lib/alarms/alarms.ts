import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { Api } from '../api/api.ts';
import type { ClockSchedule } from '../clock/schedule.ts';
import { type Deployment, physicalName } from '../deployment.ts';
import type { EventQueue } from '../events/queue.ts';
import type { Functions } from '../functions/functions.ts';
import type { Records } from '../records/records.ts';
import { api } from './api.ts';
import { TowpathDashboard } from './dashboard.ts';
import { clock, functions } from './functions.ts';
import { logEvents } from './log-events.ts';
import { Notices } from './notices.ts';
import { queues } from './queues.ts';
import { table } from './table.ts';
import { condition, description, type Watch } from './watch.ts';

/** What is watched. */
export interface Watched {
  readonly deployment: Deployment;
  readonly functions: Functions;
  readonly events: EventQueue;
  readonly schedule: ClockSchedule;
  readonly api: Api;
  readonly records: Records;
}

/** An alarm for everything that somebody has to do something about, and a picture of the day. */
export class Alarms extends Construct {
  readonly notices: Notices;
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    const { deployment } = watched;
    this.notices = new Notices(this, 'Notices', deployment);
    const action = new SnsAction(this.notices.topic);
    this.all = [
      ...queues(watched.events, watched.schedule),
      ...functions(watched.functions.all),
      clock(watched.functions.clock),
      ...api(watched.api),
      ...table(watched.records),
      ...logEvents(this, deployment, watched.functions),
    ].map((watch) => this.alarm(deployment, watch, action));
    new TowpathDashboard(this, 'Dashboard', { ...watched, alarms: this.all });
  }

  private alarm(deployment: Deployment, watch: Watch, action: SnsAction): Alarm {
    const alarm = new Alarm(this, watch.name, {
      alarmName: physicalName(deployment.environment, watch.name),
      alarmDescription: description(watch),
      metric: watch.metric,
      ...condition(watch),
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}
