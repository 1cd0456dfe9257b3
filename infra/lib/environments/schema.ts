/** The shape of `environments.toml`, as it is written. Each message says what belongs there. */
import { z } from 'zod';
import { ARCHITECTURES, AUDIT_LOCKS, LOG_DAYS, LOG_LEVELS, SECOND_FACTORS } from './environment.ts';

const matching = (pattern: RegExp, what: string) =>
  z.string({ error: what }).regex(pattern, { error: what });

const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `one of ${values.map((value) => `"${value}"`).join(', ')}` });

const HOST = '([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}';

export const account = matching(/^[0-9]{12}$/, 'twelve digits in quotes, such as "111111111111"');

/** What the program refuses as well: `RESERVED_ENVIRONMENTS` in `backend/domain/src/id.rs`. */
export const RESERVED_NAMES = ['builds', 'runs'];

/** An environment's name is part of bucket names, whose length S3 limits. */
export const name = matching(
  /^(?=.{1,16}$)[a-z0-9]+(-[a-z0-9]+)*$/,
  'up to 16 lower-case letters, digits and inner hyphens, such as "dev"',
).refine((found) => !RESERVED_NAMES.includes(found), {
  error: `another name: ${RESERVED_NAMES.join(' and ')} are addresses of the portal's own`,
});

const region = matching(/^[a-z]{2,3}(-[a-z]+)+-[0-9]$/, 'an AWS region, such as "eu-west-1"');

const address = (what: string) => matching(/^https?:\/\/[^/?#\s]+(\/[^?#\s]*[^/?#\s])?$/, what);

const mail = matching(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, 'a mail address');

const days = z
  .int({ error: 'a number of days, 1 or more' })
  .min(1, { error: 'a number of days, 1 or more' })
  .max(36500, { error: 'a number of days, at most 36500' });

const logDays = z
  .int({ error: 'a number of days' })
  .refine((found) => LOG_DAYS.some((known) => known === found), {
    error: `one of the retentions that CloudWatch Logs has: ${LOG_DAYS.join(', ')}`,
  });

const domain = z.strictObject(
  {
    name: matching(new RegExp(`^${HOST}$`), 'a host name, such as "releases.example.com"'),
    certificate_arn: matching(
      /^arn:aws:acm:us-east-1:[0-9]{12}:certificate\/[0-9a-f-]{36}$/,
      'the ARN of a certificate in us-east-1, where CloudFront looks for it',
    ),
    hosted_zone_id: matching(
      /^Z[A-Z0-9]{1,31}$/,
      'the identifier of a hosted zone, such as "Z0123456789ABCDEFGHIJ"',
    ).optional(),
  },
  { error: 'a table [environments.domain]' },
);

const retention = z.strictObject(
  {
    log_days: logDays.default(30),
    event_days: days.default(90),
    removed_days: days.default(14),
    access_log_days: days.default(90),
    audit_days: days.default(3650),
  },
  { error: 'a table [environments.retention]' },
);

const reserved = z
  .int({ error: 'a number of concurrent executions, 1 or more' })
  .min(1, { error: 'a number of concurrent executions, 1 or more' });

const concurrency = z.strictObject(
  { web: reserved.optional(), hooks: reserved.optional() },
  { error: 'a table [environments.concurrency]' },
);

/** Whether SES sends from an address with that identity. */
function belongs(address: string | undefined, identity: string | undefined): boolean {
  if (identity === undefined) return true;
  const domain = address?.split('@').at(-1) ?? '';
  return identity === address || identity === domain || domain.endsWith(`.${identity}`);
}

const yesOrNo = z.boolean({ error: 'true or false' });

const cognito = z
  .strictObject({
    provider: z.literal('cognito'),
    second_factor: oneOf(SECOND_FACTORS).optional(),
    mail_from: mail.optional(),
    mail_identity: matching(
      /^([^@\s]+@)?[^@\s]+\.[^@\s]+$/,
      'a verified identity of SES: a domain or a mail address',
    ).optional(),
  })
  .refine(({ mail_from, mail_identity }) => belongs(mail_from, mail_identity), {
    path: ['mail_identity'],
    error: 'mail_from itself, its domain, or a domain above that',
  });
const oidc = z.strictObject({
  provider: z.literal('oidc'),
  issuer: address('the address of the issuer, such as "https://login.example.com"'),
  client_id: z.string({ error: 'the identifier that the issuer gave to Towpath' }).min(1, {
    error: 'the identifier that the issuer gave to Towpath',
  }),
  subject_claim: z
    .string({ error: 'the claim that names a person, such as "oid"' })
    .regex(/^[A-Za-z0-9_:/.-]{1,100}$/, { error: 'the claim that names a person, such as "oid"' })
    .optional(),
  endpoint: address('an address such as "http://127.0.0.1:4566/issuer"').optional(),
});

const environment = z.strictObject(
  {
    name,
    title: z.string({ error: 'a name for people' }).min(1).max(60).optional(),
    account,
    region,
    colour: matching(/^#[0-9a-fA-F]{6}$/, 'a colour, such as "#2e7d32"'),
    public_url: address('an address without a slash at its end').optional(),
    events_from: z
      .array(z.string({ error: 'the name of an environment, or an account in quotes' }), {
        error: 'a list of environments and accounts',
      })
      .default([]),
    alarms_to: mail.optional(),
    monthly_budget_usd: z
      .number({ error: 'a number of US dollars, such as 50' })
      .positive({ error: 'a number of US dollars, such as 50' })
      .optional(),
    architecture: oneOf(ARCHITECTURES).default('arm64'),
    log_level: oneOf(LOG_LEVELS).default('info'),
    audit_lock: oneOf(AUDIT_LOCKS).optional(),
    domain: domain.optional(),
    retention: retention.prefault({}),
    sign_in: z
      .discriminatedUnion('provider', [cognito, oidc], {
        error: '"cognito" or "oidc"',
      })
      .default({ provider: 'cognito' }),
    origin_keys: z
      .array(
        matching(
          /^[A-Za-z0-9_-]{1,64}$/,
          'a name of letters, digits, "-" and "_", under which the secret has a value',
        ),
        { error: 'a list of names, the one that CloudFront sends first' },
      )
      .min(1, { error: 'at least one name' })
      .default(['current']),
    concurrency: concurrency.prefault({}),
    dashboard: yesOrNo.default(false),
    webhooks: yesOrNo.default(true),
  },
  { error: 'a table [[environments]]' },
);

const operations = z.strictObject(
  {
    account,
    region,
    external_id: matching(
      /^[\w+=,.@:/-]{16,256}$/,
      '16 to 256 letters, digits and any of _ + = , . @ : / -, such as what `uuidgen` prints',
    ),
    shared_fetch_role: z.boolean({ error: 'true or false' }).default(true),
    repository: z
      .strictObject(
        {
          connection_arn: matching(
            /^arn:aws:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection\/[0-9a-f-]{36}$/,
            'the ARN of a connection to the Git host, made in the console under Developer Tools',
          ),
          name: matching(/^[^/\s]+(\/[^/\s]+)+$/, 'owner and name, such as "acme/towpath"'),
          trunk: z.string({ error: 'the name of a branch' }).min(1).default('main'),
          signing_key_arn: matching(
            /^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key\/[0-9a-z-]+$/,
            'the ARN of a key in KMS that signs (ECC_NIST_P256, SIGN_VERIFY)',
          ).optional(),
        },
        { error: 'a table [operations.repository]' },
      )
      .optional(),
  },
  { error: 'a table [operations]' },
);

export const file = z.strictObject({
  operations: operations.optional(),
  configuration: z.string({ error: 'the path of towpath.toml' }).default('towpath.toml'),
  package_keys: z
    .array(z.string({ error: 'the path of a public key' }), {
      error: 'a list of paths of public keys',
    })
    .default([]),
  environments: z
    .array(environment, { error: 'at least one table [[environments]]' })
    .min(1, { error: 'at least one table [[environments]]' }),
});

export type WrittenFile = z.output<typeof file>;
export type WrittenOperations = z.output<typeof operations>;
export type WrittenEnvironment = z.output<typeof environment>;
