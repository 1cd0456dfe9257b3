import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';

/** Records what sources report, and nothing else. */
export function events(scope: Construct, parts: Parts): TowpathFunction {
  const made = new TowpathFunction(scope, 'Events', {
    deployment: parts.deployment,
    handler: 'events',
    description: 'Towpath: records what pipelines report',
    memoryMiB: 256,
    timeout: Duration.seconds(30),
    configuration: parts.configuration.layer,
  });
  // Which runs count as checks depends on whose account they are of.
  made.set('TOWPATH_ACCOUNT', parts.deployment.environment.account);
  parts.records.grant(made);
  parts.releases.grant(made, ['s3:PutObject'], ['events/']);
  return made;
}
