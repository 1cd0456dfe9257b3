import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';
import { grantPipelines } from './pipelines.ts';

/** Serves people and the API. Downloads and uploads are links that it signs: their rights are its own. It writes no file of a build. */
export function web(scope: Construct, parts: Parts): TowpathFunction {
  const { deployment, records, releases, seals } = parts;
  const made = new TowpathFunction(scope, 'Web', {
    deployment,
    handler: 'web',
    description: 'Towpath: the pages and the API',
    memoryMiB: 512,
    timeout: Duration.seconds(29),
    configuration: parts.configuration.layer,
    variables: { TOWPATH_SITE: 'site' },
    concurrency: deployment.environment.concurrency.web,
  });
  records.grant(made);
  records.grantReadThrough(made);
  releases.grant(made, ['s3:GetObject'], ['artifacts/', 'icons/', 'staging/']);
  releases.grant(made, ['s3:PutObject'], ['events/', 'staging/']);
  releases.grant(
    made,
    ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:ListMultipartUploadParts'],
    ['staging/'],
  );
  releases.grantLook(made);
  seals.grantRead(made);
  grantPipelines(made, deployment);
  return made;
}
