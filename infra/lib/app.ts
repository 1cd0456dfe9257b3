import { fileURLToPath } from 'node:url';
import { Annotations, App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addAccounts } from './accounts/stacks.ts';
import { readConfiguration } from './configuration/configuration.ts';
import { readEnvironments } from './environments/read.ts';
import { FLAGS } from './flags.ts';
import { FunctionPackage } from './package/package.ts';
import { TowpathStack } from './stack.ts';

/** Where the app finds what it is made of; left out, where it lies in this repository. */
export interface Places {
  /** `environments.toml`. */
  readonly environments?: string | undefined;
  /** The folder that `infra/package` built. */
  readonly package?: string | undefined;
  /** The environment whose stack is created by this deployment; left out, none. */
  readonly first?: string | undefined;
  /** The environment whose stack is closed; left out, none. */
  readonly closed?: string | undefined;
}

/** The whole app. */
export function readApp(places: Places, props?: AppProps): App {
  const environments = readEnvironments(places.environments ?? here('../environments.toml'));
  const configuration = readConfiguration(environments.configuration);
  const built = new FunctionPackage(places.package ?? here('../../target/package'));
  const app = new App({ ...props, context: { ...FLAGS } });
  for (const group of configuration.withoutRole) {
    Annotations.of(app).addWarningV2(
      `towpath:approvals:${group}`,
      `towpath.toml: "${group}" is asked for approvals and has no role: anyone who is in no other group cannot approve. Give it one under [[roles]], such as viewer`,
    );
  }
  for (const environment of environments.environments) {
    const first = environment.name === places.first;
    const closed = environment.name === places.closed;
    new TowpathStack(app, {
      environment,
      environments,
      configuration,
      package: built,
      first,
      closed,
    });
  }
  addAccounts(app, environments, configuration);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
