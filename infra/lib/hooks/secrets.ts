import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';

/** No endpoint yet: until somebody adds one, every delivery is turned away. */
const NO_ENDPOINTS = '{"github": {}}';

/**
 * The endpoints of webhooks with their secrets. People fill it in, as docs/hooks.md says, since the other half of each
 * secret is in the system that reports. A later deployment does not touch what they wrote: what the template says of it
 * does not change.
 */
export class HookSecrets extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, props: { readonly deployment: Deployment }) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      secretName: physicalName(props.deployment.environment, 'hooks'),
      description: 'The endpoints of webhooks with their secrets: see docs/hooks.md',
      secretStringValue: SecretValue.unsafePlainText(NO_ENDPOINTS),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The other half of each secret is in the system that reports, which takes none from here. docs/hooks.md says how ' +
        'people rotate both halves without losing a delivery.',
    });
  }

  /** Lets a function read it, and tells it where it is. */
  grantRead(reader: TowpathFunction): void {
    reader.grant(['secretsmanager:GetSecretValue'], [this.secret.secretArn]);
    reader.set('TOWPATH_HOOKS_SECRET', this.secret.secretArn);
  }
}
