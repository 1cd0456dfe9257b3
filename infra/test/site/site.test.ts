import { describe, test } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { environmentToml, templateOf } from '../deployment.ts';

const DOMAIN = `domain = { name = "releases.example.com", certificate_arn = "arn:aws:acm:us-east-1:111111111111:certificate/00000000-0000-0000-0000-000000000000", hosted_zone_id = "Z123" }\n`;
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const template = templateOf();

function distribution(config: unknown) {
  return { DistributionConfig: config };
}

describe('CloudFront', () => {
  test('keeps no page, passes on all that a request says, and takes no plain HTTP', () => {
    template.hasResourceProperties(
      'AWS::CloudFront::Distribution',
      distribution(
        Match.objectLike({
          DefaultCacheBehavior: Match.objectLike({
            CachePolicyId: CACHING_DISABLED,
            OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST,
            ViewerProtocolPolicy: 'redirect-to-https',
            AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
            ResponseHeadersPolicyId: Match.anyValue(),
          }),
        }),
      ),
    );
  });

  test('keeps no error of the server, which it would show to everybody for ten seconds', () => {
    template.hasResourceProperties(
      'AWS::CloudFront::Distribution',
      distribution(
        Match.objectLike({
          CustomErrorResponses: [500, 502, 503, 504].map((code) => ({
            ErrorCode: code,
            ErrorCachingMinTTL: 0,
          })),
        }),
      ),
    );
  });

  test('keeps assets for a year, whatever the request says', () => {
    template.hasResourceProperties(
      'AWS::CloudFront::Distribution',
      distribution(
        Match.objectLike({
          CacheBehaviors: [
            Match.objectLike({
              PathPattern: 'assets/*',
              CachePolicyId: { Ref: Match.stringLikeRegexp('^SiteForAYear') },
              ViewerProtocolPolicy: 'redirect-to-https',
              AllowedMethods: ['GET', 'HEAD'],
              Compress: true,
            }),
          ],
        }),
      ),
    );
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: Match.objectLike({
        DefaultTTL: 31536000,
        MaxTTL: 31536000,
        ParametersInCacheKeyAndForwardedToOrigin: Match.objectLike({
          CookiesConfig: { CookieBehavior: 'none' },
          HeadersConfig: { HeaderBehavior: 'none' },
          QueryStringsConfig: { QueryStringBehavior: 'none' },
        }),
      }),
    });
  });

  test('asks the bucket for an asset, and the API where the bucket has none', () => {
    template.hasResourceProperties(
      'AWS::CloudFront::Distribution',
      distribution(
        Match.objectLike({
          OriginGroups: {
            Quantity: 1,
            Items: [
              Match.objectLike({
                FailoverCriteria: { StatusCodes: { Items: [403, 404], Quantity: 2 } },
              }),
            ],
          },
        }),
      ),
    );
  });

  test('reaches the API by TLS 1.2 only, and the bucket by signed requests', () => {
    template.hasResourceProperties(
      'AWS::CloudFront::Distribution',
      distribution(
        Match.objectLike({
          Origins: Match.arrayWith([
            Match.objectLike({
              CustomOriginConfig: Match.objectLike({
                OriginProtocolPolicy: 'https-only',
                OriginSSLProtocols: ['TLSv1.2'],
              }),
            }),
            Match.objectLike({ OriginAccessControlId: Match.anyValue() }),
          ]),
        }),
      ),
    );
  });

  test('keeps no log, which would hold share links and the codes of sign-ins', () => {
    template.hasResourceProperties(
      'AWS::CloudFront::Distribution',
      distribution(Match.objectLike({ Logging: Match.absent() })),
    );
  });
});

test('headers of the site never replace what web says', () => {
  template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
    ResponseHeadersPolicyConfig: Match.objectLike({
      SecurityHeadersConfig: {
        ContentSecurityPolicy: Match.objectLike({ Override: false }),
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'DENY', Override: false },
        ReferrerPolicy: { ReferrerPolicy: 'same-origin', Override: false },
        StrictTransportSecurity: Match.objectLike({
          AccessControlMaxAgeSec: 31536000,
          Override: false,
        }),
      },
      CustomHeadersConfig: {
        Items: [
          { Header: 'cross-origin-opener-policy', Value: 'same-origin', Override: false },
          { Header: 'cross-origin-resource-policy', Value: 'same-origin', Override: false },
        ],
      },
    }),
  });
});

describe('the address', () => {
  const address = (expected: unknown) => ({ Value: expected });

  test("is the distribution's, where there is no other", () => {
    template.hasOutput(
      'Address',
      address({
        'Fn::Join': [
          '',
          [
            'https://',
            { 'Fn::GetAtt': [Match.stringLikeRegexp('^SiteDistribution'), 'DomainName'] },
          ],
        ],
      }),
    );
  });

  test('is the domain name, with its certificate, TLS 1.2 and records', () => {
    const named = templateOf(environmentToml(DOMAIN));
    named.hasOutput('Address', address('https://releases.example.com'));
    named.hasResourceProperties(
      'AWS::CloudFront::Distribution',
      distribution(
        Match.objectLike({
          Aliases: ['releases.example.com'],
          ViewerCertificate: Match.objectLike({ MinimumProtocolVersion: 'TLSv1.2_2021' }),
        }),
      ),
    );
    for (const Type of ['A', 'AAAA'])
      named.hasResourceProperties('AWS::Route53::RecordSet', {
        Type,
        Name: 'releases.example.com.',
        HostedZoneId: 'Z123',
      });
  });

  test("is that of the team's own proxy", () => {
    const proxied = templateOf(environmentToml('public_url = "https://proxy.example.com"\n'));
    proxied.hasOutput('Address', address('https://proxy.example.com'));
  });
});
