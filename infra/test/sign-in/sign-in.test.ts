import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { CALLBACK, SIGNED_OUT } from '../../lib/sign-in/people.ts';
import { environmentToml, templateOf } from '../deployment.ts';

const ROLES = `
[[roles]]
role = "tester"
groups = ["testers"]

[[roles]]
role = "release-manager"
groups = ["leads"]
`;

const template = templateOf(
  environmentToml('public_url = "https://releases.example.com"\n'),
  ROLES,
);

test('the claim that names a person is that of the environment', () => {
  const entra = 'provider = "oidc", issuer = "https://login.example.com", client_id = "towpath"';
  const sub = templateOf(environmentToml(`sign_in = { ${entra} }\n`));
  assert.equal('TOWPATH_OIDC_SUBJECT_CLAIM' in (told(sub) as object), false);
  const oid = templateOf(environmentToml(`sign_in = { ${entra}, subject_claim = "oid" }\n`));
  const { TOWPATH_OIDC_SUBJECT_CLAIM } = told(oid) as Record<string, unknown>;
  assert.equal(TOWPATH_OIDC_SUBJECT_CLAIM, 'oid');
  for (const wrong of ['""', '"a b"', '7']) {
    const written = environmentToml(`sign_in = { ${entra}, subject_claim = ${wrong} }\n`);
    assert.throws(() => templateOf(written), /subject_claim/);
  }
});

/** What `web` is told of whom to ask. */
function told(found = template): unknown {
  const [web] = Object.values(
    found.findResources('AWS::Lambda::Function', { Properties: { Handler: 'web' } }),
  ) as { Properties: { Environment: { Variables: Record<string, unknown> } } }[];
  const variables = Object.entries(web?.Properties.Environment.Variables ?? {});
  return Object.fromEntries(variables.filter(([name]) => name.startsWith('TOWPATH_OIDC')));
}

test('nobody lets himself in', () => {
  template.hasResourceProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    UsernameAttributes: ['email'],
    UsernameConfiguration: { CaseSensitive: false },
  });
});

test('passwords are long, and the pool outlives its stack', () => {
  template.hasResource('AWS::Cognito::UserPool', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      DeletionProtection: 'ACTIVE',
      Policies: {
        PasswordPolicy: {
          MinimumLength: 14,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          RequireUppercase: true,
          TemporaryPasswordValidityDays: 3,
        },
      },
    },
  });
});

test('a first deployment that fails can delete the pool again', () => {
  const created = templateOf(environmentToml(), ROLES, true);
  created.hasResource('AWS::Cognito::UserPool', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: { DeletionProtection: 'INACTIVE' },
  });
});

test('a one-time password is asked of everyone where the environment says so', () => {
  const one = { EnabledMfas: ['SOFTWARE_TOKEN_MFA'] };
  template.hasResourceProperties('AWS::Cognito::UserPool', {
    ...one,
    MfaConfiguration: 'OPTIONAL',
  });
  const strict = templateOf(
    environmentToml('sign_in = { provider = "cognito", second_factor = "required" }\n'),
  );
  strict.hasResourceProperties('AWS::Cognito::UserPool', { ...one, MfaConfiguration: 'ON' });
});

test('the portal is a public client: a code with PKCE, no secret, back to one address', () => {
  template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
    GenerateSecret: false,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    CallbackURLs: ['https://releases.example.com/sign-in/callback'],
    LogoutURLs: ['https://releases.example.com/signed-out'],
    SupportedIdentityProviders: ['COGNITO'],
    PreventUserExistenceErrors: 'ENABLED',
    ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
  });
});

test('nobody changes their own address: only their name, and past the pages not even that', () => {
  template.hasResourceProperties('AWS::Cognito::UserPoolClient', { WriteAttributes: ['name'] });
});

test('the pool has the groups that the configuration speaks of', () => {
  const groups = Object.values(template.findResources('AWS::Cognito::UserPoolGroup')).map(
    (group) => (group['Properties'] as { GroupName: string }).GroupName,
  );
  assert.deepEqual(groups.sort(), ['leads', 'testers']);
});

test('a group that no pool can have is named before anything is deployed', () => {
  const spaced = ROLES.replace('"leads"', '"release managers"');
  assert.throws(
    () => templateOf(environmentToml(), spaced),
    /towpath\.toml: "release managers" cannot be a group of a Cognito user pool/,
  );
});

test('the pages for signing in have a name that no other account has', () => {
  template.hasResourceProperties('AWS::Cognito::UserPoolDomain', {
    Domain: 'towpath-dev-111111111111',
  });
});

test('an environment may have a name that Cognito keeps for itself', () => {
  templateOf(environmentToml().replace('"dev"', '"aws-dev"'), '').hasResourceProperties(
    'AWS::Cognito::UserPoolDomain',
    { Domain: Match.stringLikeRegexp('^towpath-[0-9a-f]{12}-111111111111$') },
  );
});

test('the portal is told its issuer and its name there', () => {
  const [client] = Object.keys(template.findResources('AWS::Cognito::UserPoolClient'));
  const [pool] = Object.keys(template.findResources('AWS::Cognito::UserPool'));
  assert.deepEqual(told(), {
    TOWPATH_OIDC_CLIENT_ID: { Ref: client },
    TOWPATH_OIDC_ISSUER: {
      'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [pool, 'ProviderName'] }]],
    },
  });
});

test('make user finds the pool by an output', () => {
  const [pool] = Object.keys(template.findResources('AWS::Cognito::UserPool'));
  template.hasOutput('UserPool', { Value: { Ref: pool } });
});

test('with an issuer of its own, a team has no pool', () => {
  const other = templateOf(
    environmentToml(
      'sign_in = { provider = "oidc", issuer = "https://login.example.com", client_id = "towpath" }\n',
    ),
  );
  other.resourceCountIs('AWS::Cognito::UserPool', 0);
  assert.deepEqual(told(other), {
    TOWPATH_OIDC_CLIENT_ID: 'towpath',
    TOWPATH_OIDC_ISSUER: 'https://login.example.com',
  });
});

test('people come back to where web takes them', () => {
  const portal = new URL('../../../backend/identity/src/sign_in.rs', import.meta.url);
  const source = readFileSync(portal, 'utf8');
  assert.ok(source.includes(`pub const CALLBACK: &str = "${CALLBACK}";`));
  assert.ok(source.includes(`pub const SIGNED_OUT: &str = "${SIGNED_OUT}";`));
});

test('mail goes out through an identity of SES that the environment names', () => {
  const sender = (options: string) =>
    templateOf(environmentToml(`sign_in = { provider = "cognito", ${options} }\n`));
  const identity = (name: string) => ({
    EmailConfiguration: {
      EmailSendingAccount: 'DEVELOPER',
      From: 'Towpath <releases@mail.example.com>',
      SourceArn: `arn:aws:ses:eu-west-1:111111111111:identity/${name}`,
    },
  });
  const from = 'mail_from = "releases@mail.example.com"';
  sender(from).hasResourceProperties('AWS::Cognito::UserPool', identity('mail.example.com'));
  sender(`${from}, mail_identity = "example.com"`).hasResourceProperties(
    'AWS::Cognito::UserPool',
    identity('example.com'),
  );
  template.hasResourceProperties('AWS::Cognito::UserPool', { EmailConfiguration: Match.absent() });
});
