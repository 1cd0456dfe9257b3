import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';

/** Answers the jobs of an `action` that failed, so that their pipelines fail at once and with a reason. */
export function unanswered(scope: Construct, parts: Parts): TowpathFunction {
  const made = new TowpathFunction(scope, 'Unanswered', {
    deployment: parts.deployment,
    handler: 'unanswered',
    description: 'Towpath: answers the jobs of a function that failed',
    memoryMiB: 256,
    timeout: Duration.seconds(30),
    configuration: parts.configuration.layer,
  });
  made.lambda.configureAsyncInvoke({ maxEventAge: Duration.minutes(20), retryAttempts: 2 });
  made.grant(['codepipeline:PutJobFailureResult'], ['*'], {
    because:
      "It acts on a job, which has no ARN: IAM takes no other resource. Only who holds a job's identifier can answer it.",
  });
  return made;
}
