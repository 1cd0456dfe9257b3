import type { Configuration } from './configuration/configuration.ts';
import type { Environment, Environments } from './environments/environment.ts';
import type { FunctionPackage } from './package/package.ts';

/** What is deployed, and where to: the constructs of a stack share it. */
export interface Deployment {
  /** Where to. */
  readonly environment: Environment;
  /** That environment and its neighbours. */
  readonly environments: Environments;
  /** What the team ships. */
  readonly configuration: Configuration;
  /** The functions and the site's assets, built. */
  readonly package: FunctionPackage;
  /** Whether the stack is created by this deployment. Left out, it may be there. */
  readonly first?: boolean;
  /** Whether nothing runs, so that `make restore` finds nobody else at work. Left out, it is open. */
  readonly closed?: boolean;
}

/** The name of a resource that others find by its name, such as `towpath-dev-web`. */
export function physicalName(environment: Environment, name: string): string {
  return `towpath-${environment.name}-${name}`;
}
