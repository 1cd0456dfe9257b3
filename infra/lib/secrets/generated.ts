import { RemovalPolicy } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';

/**
 * A secret whose first value AWS makes, so that nobody has ever seen it: JSON with `current`, 64 letters and digits, which
 * hold 381 bits.
 */
export function generatedSecret(
  scope: Construct,
  { environment }: Deployment,
  name: string,
  description: string,
): Secret {
  return new Secret(scope, 'Secret', {
    secretName: physicalName(environment, name),
    description,
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'current',
      passwordLength: 64,
      excludePunctuation: true,
      includeSpace: false,
    },
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
