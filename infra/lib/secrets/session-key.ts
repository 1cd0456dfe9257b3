import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';

/**
 * What sessions are encrypted with: JSON with `current` and, after a first rotation, `previous`. AWS makes the first
 * value, so that nobody has ever seen it. The function derives its keys from the text, which is why letters and digits
 * do: 64 of them hold 381 bits.
 */
export class SessionKey extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, props: { readonly deployment: Deployment }) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      secretName: physicalName(props.deployment.environment, 'session-key'),
      description: 'What sessions of Towpath are encrypted with: {"current": …, "previous": …}',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'current',
        passwordLength: 64,
        excludePunctuation: true,
        includeSpace: false,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'A rotation keeps the value before, so that nobody is signed out by it, which takes a function with the right to ' +
        'write the secret. docs/runbook.md, "Rotating the session key", does it in one command, also at once after a leak.',
    });
  }

  /** Lets a function read it, and tells it where it is. */
  grantRead(reader: TowpathFunction): void {
    reader.grant(['secretsmanager:GetSecretValue'], [this.secret.secretArn]);
    reader.set('TOWPATH_SESSION_SECRET', this.secret.secretArn);
  }
}
