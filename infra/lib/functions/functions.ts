import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { Records } from '../records/records.ts';
import type { Releases } from '../releases/releases.ts';
import type { Seals } from '../releases/seals.ts';
import { action, sendFailuresTo } from './action.ts';
import { clock } from './clock.ts';
import { ConfigurationLayer } from './configuration-layer.ts';
import { events } from './events.ts';
import type { TowpathFunction } from './function.ts';
import { hooks } from './hooks.ts';
import { haveUploadsRegistered, register } from './register.ts';
import { unanswered } from './unanswered.ts';
import { web } from './web.ts';

/** What functions are made of. */
export interface Parts {
  readonly deployment: Deployment;
  readonly records: Records;
  readonly releases: Releases;
  readonly seals: Seals;
  readonly configuration: ConfigurationLayer;
}

/** The functions, each with exactly the rights of its file. One more is one file and one line here. */
export class Functions extends Construct {
  readonly web: TowpathFunction;
  /** Not there where the environment takes no webhooks. */
  readonly hooks: TowpathFunction | undefined;
  readonly events: TowpathFunction;
  readonly action: TowpathFunction;
  readonly unanswered: TowpathFunction;
  readonly register: TowpathFunction;
  readonly clock: TowpathFunction;

  constructor(scope: Construct, id: string, given: Omit<Parts, 'configuration'>) {
    super(scope, id);
    const configuration = new ConfigurationLayer(this, 'Configuration', given.deployment);
    const parts = { ...given, configuration };
    this.web = web(this, parts);
    this.hooks = given.deployment.environment.webhooks ? hooks(this, parts) : undefined;
    this.events = events(this, parts);
    this.action = action(this, parts);
    this.unanswered = unanswered(this, parts);
    sendFailuresTo(this.unanswered, this.action);
    this.register = register(this, parts);
    this.clock = clock(this, parts);
    haveUploadsRegistered(this.register, [this.web, this.clock]);
  }

  /** Those that API Gateway calls. */
  get behindApi(): readonly TowpathFunction[] {
    return this.hooks ? [this.web, this.hooks] : [this.web];
  }

  /** Those whose calls go to a new version gradually. The clock is called too seldom to learn anything from a part of its calls. */
  get gradual(): readonly TowpathFunction[] {
    return [...this.behindApi, this.events];
  }

  get all(): readonly TowpathFunction[] {
    const { web, hooks, events, action, unanswered, register, clock } = this;
    return [web, ...(hooks ? [hooks] : []), events, action, unanswered, register, clock];
  }
}
