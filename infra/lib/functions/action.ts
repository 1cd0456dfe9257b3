import { Duration } from 'aws-cdk-lib';
import { EventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { TowpathFunction } from './function.ts';
import type { Parts } from './functions.ts';
import { grantJobs } from './pipelines.ts';

/**
 * CodePipeline fails an action of which it heard nothing for 20 minutes. Lambda begins to count later than CodePipeline
 * does, and the answer has to arrive before.
 */
export const GIVEN_UP = Duration.minutes(18);

/** Does what CodePipeline's jobs ask for. Artifacts it reads with the job's own credentials. */
export function action(scope: Construct, parts: Parts): TowpathFunction {
  const { deployment, records, releases } = parts;
  const made = new TowpathFunction(scope, 'Action', {
    deployment,
    handler: 'action',
    description: "Towpath: registers builds and answers gates in CodePipeline's jobs",
    memoryMiB: 1024,
    // Twice within the time that CodePipeline waits: a call that died is tried once more.
    timeout: Duration.minutes(9),
    configuration: parts.configuration.layer,
  });
  records.grant(made);
  releases.grant(made, ['s3:GetObject', 's3:PutObject'], ['artifacts/', 'icons/', 'staging/']);
  releases.grant(made, ['s3:AbortMultipartUpload'], ['artifacts/', 'staging/']);
  releases.grant(made, ['s3:DeleteObject'], ['staging/']);
  releases.grantLook(made);
  grantJobs(made, deployment);
  return made;
}

/**
 * CodePipeline calls `action` asynchronously. A call that failed twice, or that found no free execution in time, goes to
 * `unanswered`. Not to a queue: polling one costs money all month.
 */
export function sendFailuresTo(unanswered: TowpathFunction, action: TowpathFunction): void {
  const to = unanswered.lambda.functionArn;
  action.grant(['lambda:InvokeFunction'], [to]);
  const config = new EventInvokeConfig(action, 'Asynchronous', {
    function: action.lambda,
    maxEventAge: GIVEN_UP,
    retryAttempts: 1,
    // CDK's own destination would let the role call every version of the function, too.
    onFailure: { bind: () => ({ destination: to }) },
  });
  // Lambda asks whether the role may call it when the configuration is made.
  config.node.addDependency(action.role);
}
