/** Who works with whom across accounts: what follows from `environments.toml` and `towpath.toml`. */
import type { Configuration, ConfiguredPipeline } from '../configuration/configuration.ts';
import type { Environment, Environments, Operations } from '../environments/environment.ts';

/** What the stacks of roles are made of. */
export interface Across {
  readonly environments: Environments;
  readonly operations: Operations;
  readonly configuration: Configuration;
}

/** The names of the pipelines in the operations account that feed an environment, of all apps or of one. */
export function pipelinesOf(
  across: Pick<Across, 'configuration' | 'operations'>,
  environment: Environment,
  app?: string,
): string[] {
  const found = feeding(across, environment);
  return unique(found.filter((it) => app === undefined || it.app === app).map(({ name }) => name));
}

/** The apps that pipelines in the operations account feed an environment with. */
export function appsOf(across: Across, environment: Environment): string[] {
  return unique(feeding(across, environment).map(({ app }) => app));
}

function feeding(
  { configuration, operations }: Pick<Across, 'configuration' | 'operations'>,
  environment: Environment,
): ConfiguredPipeline[] {
  return configuration.pipelines
    .filter((pipeline) => pipeline.environment === environment.name)
    .filter(({ account }) => account === undefined || account === operations.account);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

/** The environments that lie in another account than the pipelines. */
export function apart({ environments, operations }: Across): Environment[] {
  return environments.environments.filter(({ account }) => account !== operations.account);
}

/** The environment that builds come from on their way to this one, where it is in another account. */
export function sender({ environments }: Environments, to: Environment): Environment | undefined {
  const before = environments[environments.indexOf(to) - 1];
  return before !== undefined && before.account !== to.account ? before : undefined;
}
