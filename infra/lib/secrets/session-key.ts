import { Validations } from 'aws-cdk-lib';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { generatedSecret } from './generated.ts';

/**
 * What sessions are encrypted with: JSON with `current` and, after a first rotation, `previous`. The function
 * derives its keys from the text, which is why letters and digits do.
 */
export class SessionKey extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, props: { readonly deployment: Deployment }) {
    super(scope, id);
    this.secret = generatedSecret(
      this,
      props.deployment,
      'session-key',
      'What sessions of Towpath are encrypted with: {"current": …, "previous": …}',
    );
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
