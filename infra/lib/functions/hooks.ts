import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';

/** Records what systems outside report, and nothing else: anyone who finds a way into it finds no bytes and no audit log. */
export function hooks(scope: Construct, parts: Parts): TowpathFunction {
  const made = new TowpathFunction(scope, 'Hooks', {
    deployment: parts.deployment,
    handler: 'hooks',
    description: 'Towpath: records what webhooks report',
    memoryMiB: 256,
    // GitHub waits for ten seconds.
    timeout: Duration.seconds(9),
    configuration: parts.configuration.layer,
    concurrency: parts.deployment.environment.concurrency.hooks,
  });
  parts.records.grant(made);
  parts.releases.grant(made, ['s3:PutObject'], ['events/']);
  return made;
}
