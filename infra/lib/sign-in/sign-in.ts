import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import type { TowpathFunction } from '../functions/function.ts';
import { People } from './people.ts';

export interface SignInProps {
  readonly deployment: Deployment;
  /** The address that people open, without a slash at its end. */
  readonly publicUrl: string;
}

/** Who vouches for people: a user pool of our own, or the issuer that `environments.toml` names. */
export class SignIn extends Construct {
  readonly issuer: string;
  readonly clientId: string;
  /** The user pool, where there is no other issuer. */
  readonly people: People | undefined;
  private readonly subjectClaim: string | undefined;
  private readonly endpoint: string | undefined;

  constructor(scope: Construct, id: string, props: SignInProps) {
    super(scope, id);
    const { signIn } = props.deployment.environment;
    if (signIn.provider === 'oidc') {
      this.issuer = signIn.issuer;
      this.clientId = signIn.clientId;
      this.subjectClaim = signIn.subjectClaim;
      this.endpoint = signIn.endpoint;
    } else {
      this.people = new People(this, 'People', props);
      this.issuer = this.people.issuer;
      this.clientId = this.people.client.userPoolClientId;
    }
  }

  /** Tells a function whom to ask. It needs no right for that: what an issuer publishes is open to all. */
  tell(asking: TowpathFunction): void {
    asking.set('TOWPATH_OIDC_ISSUER', this.issuer);
    asking.set('TOWPATH_OIDC_CLIENT_ID', this.clientId);
    if (this.subjectClaim !== undefined) {
      asking.set('TOWPATH_OIDC_SUBJECT_CLAIM', this.subjectClaim);
    }
    if (this.endpoint !== undefined) asking.set('TOWPATH_OIDC_ENDPOINT', this.endpoint);
  }
}
