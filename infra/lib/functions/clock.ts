import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';
import { grantBuckets, grantPipelines } from './pipelines.ts';

/** Does what is due: seals, promotions that heard nothing, retention. */
export function clock(scope: Construct, parts: Parts): TowpathFunction {
  const { deployment, records, releases, seals } = parts;
  const made = new TowpathFunction(scope, 'Clock', {
    deployment,
    handler: 'clock',
    description: 'Towpath: what is due by the clock',
    memoryMiB: 256,
    timeout: Duration.minutes(4),
    configuration: parts.configuration.layer,
  });
  records.grant(made);
  releases.grant(made, ['s3:AbortMultipartUpload'], ['staging/']);
  releases.grant(made, ['s3:DeleteObject'], ['artifacts/', 'icons/', 'staging/']);
  releases.grant(made, ['s3:GetObject'], ['artifacts/', 'icons/']);
  releases.grantLook(made);
  seals.grantSeal(made);
  grantPipelines(made, deployment);
  grantBuckets(made, releases, deployment);
  return made;
}
