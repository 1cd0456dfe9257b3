import { Validations } from 'aws-cdk-lib';
import type { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { generatedSecret } from '../secrets/generated.ts';

/** The header by which the functions know CloudFront. */
export const ORIGIN_HEADER = 'x-towpath-origin';

/**
 * The key that CloudFront sends and the functions behind the HTTP API ask for, so that nobody passes CloudFront by, and
 * the caller's address is the one that CloudFront saw. Values are added to the secret, under a name each, and never
 * changed: CloudFormation resolves a reference only when the resource that holds it changes, and CloudFront and the
 * functions must not come to have different ones.
 */
export class OriginKey extends Construct {
  private readonly values: readonly string[];

  constructor(scope: Construct, id: string, props: { readonly deployment: Deployment }) {
    super(scope, id);
    const { environment } = props.deployment;
    const secret = generatedSecret(
      this,
      props.deployment,
      'origin',
      'What CloudFront shows to the functions: {"current": …}',
    );
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'CloudFront and the functions must change to a new value together, which a deployment does and Secrets Manager cannot. ' +
        'docs/runbook.md, "Rotating the origin key", has the steps.',
    });
    // Dynamic references: the template holds no value.
    this.values = environment.originKeys.map((name) =>
      secret.secretValueFromJson(name).unsafeUnwrap(),
    );
  }

  /** What CloudFront adds to each request to the API. */
  get headers(): Record<string, string> {
    return { [ORIGIN_HEADER]: this.values[0] ?? '' };
  }

  /** Has a function ask for one of the keys, from when CloudFront sends the first. */
  require(by: TowpathFunction, sender: CfnDistribution): void {
    by.set('TOWPATH_ORIGIN_KEY', this.values.join(' '));
    const resource = by.lambda.node.defaultChild;
    if (!(resource instanceof CfnFunction)) throw new Error(`${by.handler} is no function`);
    resource.addResourceDependency(sender);
  }
}
