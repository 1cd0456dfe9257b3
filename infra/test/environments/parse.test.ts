import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseEnvironments } from '../../lib/environments/parse.ts';
import { InvalidEnvironments } from '../../lib/environments/problems.ts';
import { RESERVED_NAMES } from '../../lib/environments/schema.ts';

const DEV = `
[[environments]]
name = "dev"
account = "111111111111"
region = "eu-west-1"
colour = "#2e7d32"
`;
const PROD = DEV.replace('dev', 'prod').replaceAll('1111', '3333');

function problems(text: string): readonly string[] {
  try {
    parseEnvironments(text, 'environments.toml');
  } catch (error) {
    assert(error instanceof InvalidEnvironments, String(error));
    return error.problems;
  }
  assert.fail('no problem was found');
}

describe('an environments file', () => {
  test('needs little: the rest has defaults', () => {
    const { environments, configuration } = parseEnvironments(DEV, 'environments.toml');
    assert.equal(configuration, 'towpath.toml');
    assert.deepEqual(environments, [
      {
        name: 'dev',
        title: 'dev',
        account: '111111111111',
        region: 'eu-west-1',
        colour: '#2e7d32',
        eventsFrom: [],
        architecture: 'arm64',
        logLevel: 'info',
        retention: {
          logDays: 30,
          eventDays: 90,
          removedDays: 14,
          accessLogDays: 90,
          auditDays: 3650,
        },
        signIn: { provider: 'cognito' },
        originKeys: ['current'],
        concurrency: {},
        dashboard: false,
        webhooks: true,
      },
    ]);
  });

  test('can set everything', () => {
    const { environments } = parseEnvironments(
      `${DEV}
title = "Development"
public_url = "https://proxy.example.com"
events_from = ["prod", "999999999999", "dev"]
alarms_to = "releases@example.com"
monthly_budget_usd = 12.5
architecture = "x86_64"
log_level = "debug"
audit_lock = "compliance"
domain = { name = "releases.example.com", certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/00000000-0000-0000-0000-000000000000", hosted_zone_id = "Z1" }
retention = { log_days = 7, event_days = 1, removed_days = 2, access_log_days = 3, audit_days = 4 }
sign_in = { provider = "oidc", issuer = "https://login.example.com/realm", client_id = "towpath", endpoint = "http://127.0.0.1:9/x" }
origin_keys = ["2026-12", "current"]
concurrency = { web = 20, hooks = 5 }
dashboard = true
webhooks = false
${PROD}`,
      'environments.toml',
    );
    assert.deepEqual(environments[0], {
      name: 'dev',
      title: 'Development',
      account: '111111111111',
      region: 'eu-west-1',
      colour: '#2e7d32',
      publicUrl: 'https://proxy.example.com',
      // Other accounts only: its own it hears anyway.
      eventsFrom: ['333333333333', '999999999999'],
      alarmsTo: 'releases@example.com',
      monthlyBudgetUsd: 12.5,
      architecture: 'x86_64',
      logLevel: 'debug',
      auditLock: 'compliance',
      domain: {
        name: 'releases.example.com',
        certificateArn:
          'arn:aws:acm:us-east-1:111111111111:certificate/00000000-0000-0000-0000-000000000000',
        hostedZoneId: 'Z1',
      },
      retention: { logDays: 7, eventDays: 1, removedDays: 2, accessLogDays: 3, auditDays: 4 },
      signIn: {
        provider: 'oidc',
        issuer: 'https://login.example.com/realm',
        clientId: 'towpath',
        endpoint: 'http://127.0.0.1:9/x',
      },
      originKeys: ['2026-12', 'current'],
      concurrency: { web: 20, hooks: 5 },
      dashboard: true,
      webhooks: false,
    });
  });

  test('has nobody to tell of a budget without an address for alarms', () => {
    assert.deepEqual(problems(`${DEV}monthly_budget_usd = 50\n`), [
      'environment "dev": monthly_budget_usd needs alarms_to, the address that is told: add it',
    ]);
    const free = `${DEV}alarms_to = "a@example.com"\nmonthly_budget_usd = 0\n`;
    assert.deepEqual(problems(free), [
      'environment "dev": monthly_budget_usd is 0: it should be a number of US dollars, such as 50',
    ]);
  });

  test('can say how the user pool sends mail', () => {
    const { environments } = parseEnvironments(
      `${DEV}sign_in = { provider = "cognito", second_factor = "required", mail_from = "releases@mail.example.com", mail_identity = "example.com" }\n`,
      'environments.toml',
    );
    assert.deepEqual(environments[0]?.signIn, {
      provider: 'cognito',
      secondFactor: 'required',
      mailFrom: 'releases@mail.example.com',
      mailIdentity: 'example.com',
    });
  });
});

describe('a problem of an environments file is one line that says what to do', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'a missing account',
      DEV.replace(/account.*\n/, ''),
      'environment "dev": account is missing: twelve digits in quotes, such as "111111111111"',
    ],
    [
      'an account without quotes',
      DEV.replace('"111111111111"', '111111111111'),
      'environment "dev": account is 111111111111: it should be twelve digits in quotes, such as "111111111111"',
    ],
    [
      'two environments of one name',
      DEV + DEV,
      '2 environments are called "dev": give each its own name',
    ],
    [
      'an environment without a name',
      DEV.replace(/name.*\n/, ''),
      'environment number 1: name is missing: up to 16 lower-case letters, digits and inner hyphens, such as "dev"',
    ],
    [
      'a name that is none',
      DEV.replace('"dev"', '"Dev env"'),
      'environment "Dev env": name is "Dev env": it should be up to 16 lower-case letters, digits and inner hyphens, such as "dev"',
    ],
    [
      'a name that is an address of the portal',
      DEV.replace('"dev"', '"builds"'),
      'environment "builds": name is "builds": it should be another name: builds and runs are addresses of the portal\'s own',
    ],
    [
      'a misspelt key',
      DEV.replace('colour', 'color'),
      'environment "dev": unknown key "color": do you mean "colour"?',
    ],
    [
      'a misspelt key further in',
      `${DEV}retention = { log_dayz = 7 }\n`,
      'environment "dev": unknown key "log_dayz": do you mean "log_days"?',
    ],
    [
      'a key from nowhere',
      `${DEV}domain = { name = "a.example.com", certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/00000000-0000-0000-0000-000000000000", colour = "#000000" }\n`,
      'environment "dev": unknown key "colour": known are certificate_arn, hosted_zone_id, name',
    ],
    [
      'a misspelt key of the file',
      `environment = []\n${DEV}`,
      'unknown key "environment": do you mean "environments"?',
    ],
    [
      'a region that is none',
      DEV.replace('eu-west-1', 'Ireland'),
      'environment "dev": region is "Ireland": it should be an AWS region, such as "eu-west-1"',
    ],
    [
      'a colour that is none',
      DEV.replace('#2e7d32', 'green'),
      'environment "dev": colour is "green": it should be a colour, such as "#2e7d32"',
    ],
    [
      'a sender that is no environment',
      `${DEV}events_from = ["prd"]\n${PROD}`,
      'environment "dev": events_from names "prd", which is no environment: do you mean "prod"?',
    ],
    [
      'a sender like no environment',
      `${DEV}events_from = ["operations"]\n`,
      'environment "dev": events_from names "operations", which is no environment: name one, or give an account of twelve digits',
    ],
    [
      'a retention that CloudWatch Logs lacks',
      `${DEV}retention = { log_days = 31 }\n`,
      'environment "dev": retention.log_days is 31: it should be one of the retentions that CloudWatch Logs has: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
    ],
    [
      'a retention of no time',
      `${DEV}retention = { audit_days = 0 }\n`,
      'environment "dev": retention.audit_days is 0: it should be a number of days, 1 or more',
    ],
    [
      'a certificate from where CloudFront does not look',
      `${DEV}domain = { name = "a.example.com", certificate_arn = "arn:aws:acm:eu-west-1:111111111111:certificate/00000000-0000-0000-0000-000000000000" }\n`,
      'environment "dev": domain.certificate_arn is "arn:aws:acm:eu-west-1:111111111111:certificate/00000000-0000-0000-0000-000000000000": it should be the ARN of a certificate in us-east-1, where CloudFront looks for it',
    ],
    [
      'an issuer without a client',
      `${DEV}sign_in = { provider = "oidc", issuer = "https://login.example.com" }\n`,
      'environment "dev": sign_in.client_id is missing: the identifier that the issuer gave to Towpath',
    ],
    [
      'a way to sign in that there is not',
      `${DEV}sign_in = { provider = "saml" }\n`,
      'environment "dev": sign_in.provider is "saml": it should be "cognito" or "oidc"',
    ],
    [
      'an architecture that there is not',
      `${DEV}architecture = "arm"\n`,
      'environment "dev": architecture is "arm": it should be one of "arm64", "x86_64"',
    ],
    [
      'a mail address that is none',
      `${DEV}alarms_to = "releases"\n`,
      'environment "dev": alarms_to is "releases": it should be a mail address',
    ],
    [
      'a concurrency of nothing',
      `${DEV}concurrency = { web = 0 }\n`,
      'environment "dev": concurrency.web is 0: it should be a number of concurrent executions, 1 or more',
    ],
    [
      'a concurrency of a function that has none of its own',
      `${DEV}concurrency = { clock = 1 }\n`,
      'environment "dev": unknown key "clock": known are hooks, web',
    ],
    [
      'a switch that is neither on nor off',
      `${DEV}webhooks = "no"\n`,
      'environment "dev": webhooks is "no": it should be true or false',
    ],
    [
      'a sender of mail that is no address',
      `${DEV}sign_in = { provider = "cognito", mail_from = "example.com" }\n`,
      'environment "dev": sign_in.mail_from is "example.com": it should be a mail address',
    ],
    [
      'an identity that the sender does not belong to',
      `${DEV}sign_in = { provider = "cognito", mail_from = "releases@example.com", mail_identity = "ample.com" }\n`,
      'environment "dev": sign_in.mail_identity is "ample.com": it should be mail_from itself, its domain, or a domain above that',
    ],
    ['no environment', '', 'environments is missing: at least one table [[environments]]'],
    [
      'a single table',
      DEV.replace('[[environments]]', '[environments]'),
      'environments is {"name":"dev","account":"111111111111","region":"eu-west-1","colour":"#2e7d32"}: it should be at least one table [[environments]]',
    ],
  ];
  for (const [what, text, message] of cases)
    test(what, () => {
      assert.deepEqual(problems(text), [message]);
    });

  test('text that is no TOML shows where', () => {
    const [problem] = problems(`${DEV}colour = \n`);
    assert.match(problem ?? '', /7:\s+colour = /);
  });
});

test('the names that the program refuses are refused here', () => {
  const text = readFileSync(new URL('../../../backend/domain/src/id.rs', import.meta.url), 'utf8');
  const [, listed = ''] = /RESERVED_ENVIRONMENTS: \[&str; \d+\] = \[([^\]]*)\]/.exec(text) ?? [];
  assert.deepEqual(RESERVED_NAMES, JSON.parse(`[${listed}]`));
});

test('all problems come at once', () => {
  const text = DEV.replace('eu-west-1', 'x').replace('colour', 'color') + DEV;
  const error = new InvalidEnvironments('environments.toml', problems(text));
  assert.equal(
    error.message,
    [
      'environments.toml cannot be used:',
      '  - environment "dev": region is "x": it should be an AWS region, such as "eu-west-1"',
      '  - environment "dev": unknown key "color": do you mean "colour"?',
      '  - 2 environments are called "dev": give each its own name',
    ].join('\n'),
  );
});
