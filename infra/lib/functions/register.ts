import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';

/** Registers uploads: reads, checks and copies their files, and inspects packages, away from `web`, which serves people. */
export function register(scope: Construct, parts: Parts): TowpathFunction {
  const { deployment, records, releases } = parts;
  const made = new TowpathFunction(scope, 'Register', {
    deployment,
    handler: 'register',
    description: 'Towpath: registers the builds that were uploaded',
    memoryMiB: 1024,
    // As long as Lambda lets a function run: an upload may be large.
    timeout: Duration.minutes(15),
    configuration: parts.configuration.layer,
  });
  // A call that failed three times, or found no free execution in time, is the clock's to make anew.
  made.lambda.configureAsyncInvoke({ maxEventAge: Duration.hours(1), retryAttempts: 2 });
  // So that of a build that is promoted automatically, only runs of this account's pipelines count as checks.
  made.set('TOWPATH_ACCOUNT', deployment.environment.account);
  records.grant(made);
  releases.grant(made, ['s3:GetObject', 's3:PutObject'], ['artifacts/', 'icons/', 'staging/']);
  releases.grant(made, ['s3:AbortMultipartUpload'], ['artifacts/', 'staging/']);
  releases.grant(made, ['s3:DeleteObject', 's3:ListMultipartUploadParts'], ['staging/']);
  releases.grantLook(made);
  return made;
}

/** Lets functions have uploads registered by `register`, and tells them its name. */
export function haveUploadsRegistered(
  register: TowpathFunction,
  callers: readonly TowpathFunction[],
): void {
  for (const caller of callers) {
    caller.grant(['lambda:InvokeFunction'], [register.lambda.functionArn]);
    caller.set('TOWPATH_REGISTER_FUNCTION', register.lambda.functionName);
  }
}
