import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { Records } from '../records/records.ts';
import type { Releases } from '../releases/releases.ts';
import type { Seals } from '../releases/seals.ts';
import { action } from './action.ts';
import { clock } from './clock.ts';
import { ConfigurationLayer } from './configuration-layer.ts';
import { events } from './events.ts';
import type { TowpathFunction } from './function.ts';
import { hooks } from './hooks.ts';
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
  readonly hooks: TowpathFunction;
  readonly events: TowpathFunction;
  readonly action: TowpathFunction;
  readonly clock: TowpathFunction;

  constructor(scope: Construct, id: string, given: Omit<Parts, 'configuration'>) {
    super(scope, id);
    const configuration = new ConfigurationLayer(this, 'Configuration', given.deployment);
    const parts = { ...given, configuration };
    this.web = web(this, parts);
    this.hooks = hooks(this, parts);
    this.events = events(this, parts);
    this.action = action(this, parts);
    this.clock = clock(this, parts);
  }

  get all(): readonly TowpathFunction[] {
    return [this.web, this.hooks, this.events, this.action, this.clock];
  }
}
