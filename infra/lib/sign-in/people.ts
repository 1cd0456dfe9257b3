import { createHash } from 'node:crypto';
import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  type CfnUserPoolClient,
  type CfnUserPool,
  CfnUserPoolGroup,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  OAuthScope,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  type UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { type Deployment, physicalName } from '../deployment.ts';
import type { Environment } from '../environments/environment.ts';
import { groupsOf, impossible } from './groups.ts';

/** Where `web` takes people back from the issuer. */
export const CALLBACK = '/sign-in/callback';

/** What people see after they signed out. */
export const SIGNED_OUT = '/signed-out';

export interface PeopleProps {
  readonly deployment: Deployment;
  /** The address that people open, without a slash at its end. */
  readonly publicUrl: string;
}

/**
 * The people who may sign in, when no other issuer knows them: a user pool with one client for the portal and a group for
 * every group that `towpath.toml` speaks of. An administrator invites; nobody lets himself in.
 */
export class People extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  readonly domain: UserPoolDomain;

  constructor(scope: Construct, id: string, props: PeopleProps) {
    super(scope, id);
    const { environment, configuration } = props.deployment;
    this.pool = this.userPool(props.deployment);
    this.mail(environment);
    this.domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: domainPrefix(environment) },
    });
    this.client = this.portal(props.publicUrl);
    this.groups(groupsOf(configuration.text));
    const output = new CfnOutput(this, 'UserPool', {
      value: this.pool.userPoolId,
      description: 'Whom `make user` lets in',
    });
    output.overrideLogicalId('UserPool');
  }

  /** What the tokens name as their issuer. */
  get issuer(): string {
    return `https://${this.pool.userPoolProviderName}`;
  }

  private userPool({ environment, first }: Deployment): UserPool {
    const mfa = secondFactor(environment);
    const pool = new UserPool(this, 'Pool', {
      userPoolName: physicalName(environment, 'people'),
      // The plan that has all that is used here: pages, groups, one-time passwords.
      featurePlan: FeaturePlan.LITE,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      standardAttributes: {
        email: { required: true, mutable: true },
        fullname: { required: false, mutable: true },
      },
      mfa,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      // A creation that is rolled back deletes the pool, since no later one could import it by its name. Protected, it would
      // refuse, which ends in ROLLBACK_FAILED; so `make deploy` protects it once the stack is there.
      deletionProtection: first !== true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    if (mfa === Mfa.OPTIONAL) {
      Validations.of(pool).acknowledge({
        id: 'AwsSolutions-COG2',
        reason:
          'environments.toml decides: where only testers sign in, a password may do. docs/runbook.md, "Letting people in".',
      });
    }
    Validations.of(pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason: 'The Plus plan is paid for each person. A team that wants it names its own issuer.',
    });
    return pool;
  }

  /** CDK's own `UserPoolEmail.withSES` takes no identity of a domain above the address's. */
  private mail({ signIn }: Environment): void {
    if (signIn.provider !== 'cognito' || signIn.mailFrom === undefined) return;
    const { mailFrom } = signIn;
    const identity = signIn.mailIdentity ?? mailFrom.replace(/^.*@/, '');
    const pool = this.pool.node.defaultChild as CfnUserPool;
    pool.emailConfiguration = {
      emailSendingAccount: 'DEVELOPER',
      from: `Towpath <${mailFrom}>`,
      sourceArn: Stack.of(this).formatArn({
        service: 'ses',
        resource: 'identity',
        resourceName: identity,
      }),
    };
  }

  /** Public, with PKCE: the portal keeps no secret that could leak, and a code alone opens nothing. */
  private portal(publicUrl: string): UserPoolClient {
    const client = this.pool.addClient('Portal', {
      userPoolClientName: 'Towpath',
      generateSecret: false,
      // Nobody changes their own address: an administrator does. Cognito lets a client write every attribute that is not named.
      writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true }),
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [`${publicUrl}${CALLBACK}`],
        logoutUrls: [`${publicUrl}${SIGNED_OUT}`],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // The portal reads the token once, when it begins its own session.
      idTokenValidity: Duration.minutes(15),
      accessTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.hours(1),
    });
    // Left out, it would mean that people may prove themselves to this client by SRP, past its pages, which gives them the right
    // to change what the pool says of them. CDK leaves an empty list out.
    (client.node.defaultChild as CfnUserPoolClient).explicitAuthFlows = [
      'ALLOW_REFRESH_TOKEN_AUTH',
    ];
    return client;
  }

  private groups(names: readonly string[]): void {
    const wrong = impossible(names);
    if (wrong !== undefined) {
      throw new Error(
        `towpath.toml: ${JSON.stringify(wrong)} cannot be a group of a Cognito user pool: up to 128 characters, no spaces`,
      );
    }
    for (const name of names) {
      new CfnUserPoolGroup(this, `Group-${name}`, {
        userPoolId: this.pool.userPoolId,
        groupName: name,
        description: `${name}, of towpath.toml`,
      });
    }
  }
}

/** The one name that has to be new in the whole region. Cognito refuses names with words of its own in them. */
function domainPrefix({ name, account }: Environment): string {
  const refused = /aws|amazon|cognito/.test(name);
  const part = refused ? createHash('sha256').update(name).digest('hex').slice(0, 12) : name;
  return `towpath-${part}-${account}`;
}

function secondFactor({ signIn }: Environment): Mfa {
  const required = signIn.provider === 'cognito' && signIn.secondFactor === 'required';
  return required ? Mfa.REQUIRED : Mfa.OPTIONAL;
}
