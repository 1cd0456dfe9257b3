import type { Construct } from 'constructs';
import type { Configuration } from '../configuration/configuration.ts';
import type { Environments } from '../environments/environment.ts';
import { OwnPipelineStack } from '../own-pipeline/own-pipeline-stack.ts';
import { AccessStack } from './access-stack.ts';
import type { Across } from './across.ts';
import { OperationsStack } from './operations-stack.ts';

/** The stacks of the operations account, and those that let it into the environments' accounts; none without `[operations]`. */
export function addAccounts(
  app: Construct,
  environments: Environments,
  configuration: Configuration,
): void {
  const { operations } = environments;
  if (operations === undefined) return;
  const across: Across = { environments, operations, configuration };
  const { artifacts } = new OperationsStack(app, across);
  for (const environment of environments.environments) new AccessStack(app, across, environment);
  const { repository } = operations;
  if (repository === undefined) return;
  new OwnPipelineStack(app, { across, repository, artifacts: artifacts.store });
}
