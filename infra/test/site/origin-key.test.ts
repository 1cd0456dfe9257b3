import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';

const DOMAIN = `domain = { name = "releases.example.com", certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/00000000-0000-0000-0000-000000000000" }\n`;
const SECRET = Match.stringLikeRegexp('^OriginKeySecret');

/** The dynamic references to the values of these names. */
const value = (...names: readonly [string, ...string[]] | []) => {
  const [first = 'current', ...others] = names;
  return {
    'Fn::Join': [
      '',
      [
        '{{resolve:secretsmanager:',
        { Ref: SECRET },
        ...others.reduce<unknown[]>(
          (parts, name) => [
            ...parts.slice(0, -1),
            `${String(parts.at(-1))} {{resolve:secretsmanager:`,
            { Ref: SECRET },
            `:SecretString:${name}::}}`,
          ],
          [`:SecretString:${first}::}}`],
        ),
      ],
    ],
  };
};

interface FunctionResource {
  readonly Properties: {
    readonly Handler: string;
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
  readonly DependsOn?: readonly string[];
}

describe('the origin key', () => {
  const template = templateOf();

  test('is made by AWS, and stands nowhere in the template', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'towpath-dev-origin',
      GenerateSecretString: {
        SecretStringTemplate: '{}',
        GenerateStringKey: 'current',
        PasswordLength: 64,
        ExcludePunctuation: true,
        IncludeSpace: false,
      },
    });
  });

  test('is sent with each request to the API, also for an asset that the bucket lacks', () => {
    const [distribution] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    assert(distribution);
    const { Origins, OriginGroups, DefaultCacheBehavior } = (
      distribution['Properties'] as {
        DistributionConfig: {
          Origins: { Id: string; OriginCustomHeaders?: { HeaderName: string }[] }[];
          OriginGroups: { Items: { Members: { Items: { OriginId: string }[] } }[] };
          DefaultCacheBehavior: { TargetOriginId: string };
        };
      }
    ).DistributionConfig;
    const sending = Origins.filter(({ OriginCustomHeaders }) =>
      OriginCustomHeaders?.some(({ HeaderName }) => HeaderName === 'x-towpath-origin'),
    ).map(({ Id }) => Id);
    assert.deepEqual(sending, [DefaultCacheBehavior.TargetOriginId]);
    assert.equal(OriginGroups.Items[0]?.Members.Items.at(-1)?.OriginId, sending[0]);
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        Origins: Match.arrayWith([
          Match.objectLike({
            OriginCustomHeaders: [{ HeaderName: 'x-towpath-origin', HeaderValue: value() }],
          }),
        ]),
      }),
    });
  });

  for (const [where, toml] of [
    ['with a name of one’s own', environmentToml(DOMAIN)],
    ['with CloudFront’s name', environmentToml()],
  ] as const)
    test(`is asked for behind the API only, from when CloudFront sends it (${where})`, () => {
      const here = templateOf(toml);
      const [distribution] = Object.keys(here.findResources('AWS::CloudFront::Distribution'));
      assert(distribution);
      const functions = Object.values(
        here.findResources('AWS::Lambda::Function'),
      ) as FunctionResource[];
      const asking = functions.filter(
        ({ Properties }) => 'TOWPATH_ORIGIN_KEY' in Properties.Environment.Variables,
      );
      assert.deepEqual(asking.map(({ Properties }) => Properties.Handler).sort(), ['hooks', 'web']);
      for (const { DependsOn, Properties } of asking)
        assert.ok(DependsOn?.includes(distribution), Properties.Handler);
      here.hasResourceProperties('AWS::Lambda::Function', {
        Handler: 'web',
        Environment: { Variables: Match.objectLike({ TOWPATH_ORIGIN_KEY: value() }) },
      });
    });

  test('changes for CloudFront while the functions accept both', () => {
    const rotated = templateOf(environmentToml('origin_keys = ["2026-12", "current"]\n'));
    rotated.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'hooks',
      Environment: {
        Variables: Match.objectLike({ TOWPATH_ORIGIN_KEY: value('2026-12', 'current') }),
      },
    });
    rotated.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        Origins: Match.arrayWith([
          Match.objectLike({
            OriginCustomHeaders: [
              { HeaderName: 'x-towpath-origin', HeaderValue: value('2026-12') },
            ],
          }),
        ]),
      }),
    });
    const versions = (of: typeof rotated) =>
      Object.keys(of.findResources('AWS::Lambda::Version')).filter((id) => id.includes('Web'));
    assert.notDeepEqual(versions(rotated), versions(template));
  });

  test('is for no role to read', () => {
    for (const policy of Object.values(template.findResources('AWS::IAM::Policy')))
      assert.doesNotMatch(JSON.stringify(policy), /OriginKeySecret/);
  });
});
