import { Duration, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  CacheQueryStringBehavior,
  CfnDistribution,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, OriginGroup, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { AaaaRecord, ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AccessLogs } from '../access-logs/access-logs.ts';
import type { Api } from '../api/api.ts';
import { type Deployment, physicalName } from '../deployment.ts';
import type { Domain } from '../environments/environment.ts';
import { bucketName, PRIVATE } from '../releases/bucket.ts';
import type { OriginKey } from './origin-key.ts';
import { securityHeaders } from './security-headers.ts';

export interface SiteProps {
  readonly deployment: Deployment;
  readonly api: Api;
  readonly accessLogs: AccessLogs;
  readonly originKey: OriginKey;
}

/**
 * CloudFront keeps these answers for ten seconds and shows them to everybody, whatever their `Cache-Control` says: a page
 * for one person, with a `Set-Cookie` at worst.
 */
const NOT_KEPT = [500, 502, 503, 504];

/** What people open: CloudFront in front of the API and of the pages' assets. */
export class Site extends Construct {
  readonly distribution: Distribution;
  readonly assets: Bucket;
  /** The address that people open, without a slash at its end. */
  readonly publicUrl: string;

  constructor(scope: Construct, id: string, props: SiteProps) {
    super(scope, id);
    const { environment } = props.deployment;
    const { domain } = environment;
    this.assets = new Bucket(this, 'Assets', {
      ...PRIVATE,
      ...props.accessLogs.of('assets'),
      bucketName: bucketName(environment, 'assets'),
    });
    const api = new HttpOrigin(props.api.hostname, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      readTimeout: Duration.seconds(30),
      customHeaders: props.originKey.headers,
    });
    const headers = securityHeaders(this, environment);
    const everywhere = {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: headers,
      compress: true,
    };
    this.distribution = new Distribution(this, 'Distribution', {
      comment: physicalName(environment, 'site'),
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      // Its log would hold every address in full, share links and the codes of sign-ins among them; it cannot leave a
      // field out. Whatever is asked of the portal is in the API's own log.
      enableLogging: false,
      errorResponses: NOT_KEPT.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      defaultBehavior: {
        ...everywhere,
        origin: api,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      },
      additionalBehaviors: {
        'assets/*': {
          ...everywhere,
          // The bucket keeps the assets of earlier versions, for pages that are still open. What was deployed a moment
          // ago, and what the binary itself holds, comes from the API.
          origin: new OriginGroup({
            primaryOrigin: S3BucketOrigin.withOriginAccessControl(this.assets),
            fallbackOrigin: api,
            fallbackStatusCodes: [403, 404],
          }),
          allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
          cachePolicy: this.forAYear(physicalName(environment, 'assets')),
        },
      },
      ...(domain && this.named(domain)),
    });
    this.acknowledge(domain);
    this.publicUrl =
      environment.publicUrl ??
      `https://${domain?.name ?? this.distribution.distributionDomainName}`;
    if (domain?.hostedZoneId !== undefined) this.records(domain.name, domain.hostedZoneId);
  }

  /** The distribution, for what must wait for it. */
  get resource(): CfnDistribution {
    const resource = this.distribution.node.defaultChild;
    if (!(resource instanceof CfnDistribution)) throw new Error('the site has no distribution');
    return resource;
  }

  private acknowledge(domain: Domain | undefined): void {
    const accepted = Validations.of(this.distribution);
    accepted.acknowledge(
      { id: 'AwsSolutions-CFR1', reason: 'Testers may be anywhere.' },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          'Its log holds whole addresses, which for a share link is the key itself. The API behind it logs every request but those for assets.',
      },
      {
        id: 'AwsSolutions-CFR2',
        reason:
          'A web ACL costs more than all of the rest together in a small team. Nothing is shown or changed without sign-in, and the API throttles.',
      },
    );
    if (domain) return;
    accepted.acknowledge({
      id: 'AwsSolutions-CFR4',
      reason: "Without a name of one's own, the certificate and what it takes are CloudFront's.",
    });
  }

  private named({ name, certificateArn }: Domain) {
    return {
      domainNames: [name],
      // Only a name of one's own can be held to it: CloudFront's own name takes what it takes.
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
    };
  }

  private records(name: string, hostedZoneId: string): void {
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId,
      zoneName: name,
    });
    const target = RecordTarget.fromAlias(new CloudFrontTarget(this.distribution));
    new ARecord(this, 'A', { zone, recordName: `${name}.`, target });
    new AaaaRecord(this, 'Aaaa', { zone, recordName: `${name}.`, target });
  }

  /** An asset's name holds its content's hash, so that it never changes. */
  private forAYear(name: string): CachePolicy {
    return new CachePolicy(this, 'ForAYear', {
      cachePolicyName: name,
      comment: 'Assets whose names hold their hashes',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.days(365),
      maxTtl: Duration.days(365),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    });
  }
}
