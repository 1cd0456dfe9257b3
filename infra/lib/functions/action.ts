import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';

/** Does what CodePipeline's jobs ask for. Artifacts it reads with the job's own credentials. */
export function action(scope: Construct, parts: Parts): TowpathFunction {
  const { deployment, records, releases } = parts;
  const made = new TowpathFunction(scope, 'Action', {
    deployment,
    handler: 'action',
    description: "Towpath: registers builds and answers gates in CodePipeline's jobs",
    memoryMiB: 1024,
    timeout: Duration.minutes(15),
    configuration: parts.configuration.layer,
  });
  records.grantReadWrite(made);
  releases.grant(made, ['s3:GetObject', 's3:PutObject'], ['artifacts/', 'icons/', 'staging/']);
  releases.grant(made, ['s3:AbortMultipartUpload', 's3:DeleteObject'], ['staging/']);
  releases.grantLook(made);
  made.grant(['codepipeline:PutJobFailureResult', 'codepipeline:PutJobSuccessResult'], ['*'], {
    because:
      "These two act on a job, which has no ARN: IAM takes no other resource. Only who holds a job's identifier can answer it, and only CodePipeline hands it out.",
  });
  return made;
}
