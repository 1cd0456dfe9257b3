/** What `environments.toml` says, checked and with its defaults filled in. */

/** The processors that the functions can run on. */
export const ARCHITECTURES = ['arm64', 'x86_64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** The levels of the functions' logs. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Who may delete a seal before its time: an administrator with a special right, or nobody at all. */
export const AUDIT_LOCKS = ['governance', 'compliance'] as const;
export type AuditLock = (typeof AUDIT_LOCKS)[number];

/** The retentions that CloudWatch Logs knows, in days. */
export const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

/** The address that people open instead of the distribution's own. */
export interface Domain {
  /** Such as `releases.example.com`. */
  readonly name: string;
  /** The certificate of that name, in us-east-1, where CloudFront looks for it. */
  readonly certificateArn: string;
  /** The hosted zone that gets the name's records; left out, somebody else makes them. */
  readonly hostedZoneId?: string;
}

/** How long what is kept. All in days. */
export interface Retention {
  /** Lines of the functions' logs. */
  readonly logDays: number;
  /** Raw payloads of events that were too large for the table. */
  readonly eventDays: number;
  /** Bytes of a build that was removed: so long can they be brought back. */
  readonly removedDays: number;
  /** Access logs of the site and of the buckets. */
  readonly accessLogDays: number;
  /** A seal of the audit log: so long can nobody alter it. */
  readonly auditDays: number;
}

/** Whether people of the user pool may or must prove themselves by a one-time password, too. */
export const SECOND_FACTORS = ['optional', 'required'] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** People sign in at a user pool that the stack makes. */
export interface CognitoSignIn {
  readonly provider: 'cognito';
  /** Optional if left out. */
  readonly secondFactor?: SecondFactor;
  /** The address that invitations and codes are sent from, through SES; left out, Cognito's own, for 50 messages a day. */
  readonly mailFrom?: string;
  /** The verified identity of SES that the address belongs to; left out, the address's domain. */
  readonly mailIdentity?: string;
}

/** People sign in at an OpenID Connect issuer that exists already. */
export interface OidcSignIn {
  readonly provider: 'oidc';
  readonly issuer: string;
  readonly clientId: string;
  /** The claim that names a person at every sign-in alike; left out, `sub`. */
  readonly subjectClaim?: string;
  /** The base of discovery and keys, where they do not lie at the issuer; only an emulator needs it. */
  readonly endpoint?: string;
}

export type SignInSettings = CognitoSignIn | OidcSignIn;

/** Reserved concurrency of functions; left out, they share the account's. */
export interface Concurrency {
  readonly web?: number;
  readonly hooks?: number;
}

/** One deployment of Towpath. */
export interface Environment {
  /** Its name in addresses and in the names of AWS resources. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  readonly account: string;
  readonly region: string;
  /** Its colour on pages, such as `#2e7d32`. */
  readonly colour: string;
  readonly domain?: Domain;
  /** The address that people open, when a proxy of the team's own stands before the site. */
  readonly publicUrl?: string;
  /** The other accounts whose events it receives. Its own account's it receives always. */
  readonly eventsFrom: readonly string[];
  /** The mail address that alarms go to. */
  readonly alarmsTo?: string;
  /** What its account may cost a month, before the address of alarms is told. */
  readonly monthlyBudgetUsd?: number;
  readonly architecture: Architecture;
  readonly logLevel: LogLevel;
  /** Left out, `compliance` where a step of `towpath.toml` asks for approvals, and `governance` elsewhere. */
  readonly auditLock?: AuditLock;
  readonly retention: Retention;
  readonly signIn: SignInSettings;
  /** Under which names the secret of the origin key has the accepted values: CloudFront sends the first. */
  readonly originKeys: readonly string[];
  readonly concurrency: Concurrency;
  /** Whether there is a CloudWatch dashboard. */
  readonly dashboard: boolean;
  /** Whether there is an endpoint for webhooks. */
  readonly webhooks: boolean;
}

/** The account where pipelines run, when it is none of the environments' own. */
export interface Operations {
  readonly account: string;
  /** The environments' region too: an action of a pipeline reaches no further. */
  readonly region: string;
  /** What anyone who assumes a role across accounts must know. */
  readonly externalId: string;
  /** Whether there is still the one role that deployment jobs of all apps fetch builds with, for pipelines that name it. */
  readonly sharedFetchRole: boolean;
  /** The repository that Towpath deploys itself from. */
  readonly repository?: OperationsRepository;
}

export interface OperationsRepository {
  readonly connectionArn: string;
  /** `owner/name`. */
  readonly name: string;
  readonly trunk: string;
  /** The key in KMS that signs what its pipeline builds; left out, nobody signs it. */
  readonly signingKeyArn?: string;
}

/** All deployments, in the order that a build moves through them. */
export interface Environments {
  readonly environments: readonly Environment[];
  /** Where pipelines run; left out, each environment's pipelines run in its own account. */
  readonly operations?: Operations;
  /** The path of `towpath.toml`, which they all share. */
  readonly configuration: string;
  /** The paths of the public keys of which one has signed whatever package is deployed; none, and nobody has to. */
  readonly packageKeys: readonly string[];
}
