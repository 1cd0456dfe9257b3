import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AccessLogs } from './access-logs/access-logs.ts';
import { reachOperations } from './accounts/grants.ts';
import { Alarms } from './alarms/alarms.ts';
import { Api } from './api/api.ts';
import { ClockSchedule } from './clock/schedule.ts';
import type { Deployment } from './deployment.ts';
import { ReportedEvents } from './events/events.ts';
import { Functions } from './functions/functions.ts';
import { GradualDeployment } from './functions/gradual-deployment.ts';
import { HookSecrets } from './hooks/secrets.ts';
import { Records } from './records/records.ts';
import { Releases } from './releases/releases.ts';
import { Seals } from './releases/seals.ts';
import { SessionKey } from './secrets/session-key.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { OriginKey } from './site/origin-key.ts';
import { Site } from './site/site.ts';

/** One deployment of Towpath: a folder of `lib` a capability. */
export class TowpathStack extends Stack {
  readonly records: Records;
  readonly releases: Releases;
  readonly seals: Seals;
  readonly functions: Functions;
  readonly api: Api;
  readonly site: Site;
  readonly events: ReportedEvents;
  readonly schedule: ClockSchedule;
  readonly sessionKey: SessionKey;
  readonly originKey: OriginKey;
  /** Where the environment takes webhooks. */
  readonly hookSecrets: HookSecrets | undefined;
  readonly signIn: SignIn;
  readonly alarms: Alarms;

  constructor(scope: Construct, deployment: Deployment, props: StackProps = {}) {
    const { environment } = deployment;
    super(scope, stackName(environment.name), {
      description: `Towpath in ${environment.name}`,
      env: { account: environment.account, region: environment.region },
      terminationProtection: true,
      ...props,
    });
    Tags.of(this).add('towpath', environment.name);

    const accessLogs = new AccessLogs(this, 'AccessLogs', deployment);
    this.records = new Records(this, 'Records', deployment);
    this.releases = new Releases(this, 'Releases', { deployment, accessLogs });
    this.seals = new Seals(this, 'Seals', { deployment, accessLogs });
    this.functions = new Functions(this, 'Functions', {
      deployment,
      records: this.records,
      releases: this.releases,
      seals: this.seals,
    });
    reachOperations(this.functions, deployment);
    const { web, hooks, events, clock } = this.functions;
    this.api = new Api(this, 'Api', deployment);
    this.api.rest(web);
    if (hooks) this.api.routes(['POST /hooks/{proxy+}'], hooks);
    this.originKey = new OriginKey(this, 'OriginKey', { deployment });
    this.site = new Site(this, 'Site', {
      deployment,
      api: this.api,
      accessLogs,
      originKey: this.originKey,
    });
    for (const each of this.functions.behindApi) this.originKey.require(each, this.site.resource);
    const { publicUrl } = this.site;
    for (const each of this.functions.all) each.set('TOWPATH_PUBLIC_URL', publicUrl);

    this.events = new ReportedEvents(this, 'Events', { deployment, recorder: events });
    this.schedule = new ClockSchedule(this, 'Clock', { deployment, clock });
    this.sessionKey = new SessionKey(this, 'SessionKey', { deployment });
    this.sessionKey.grantRead(web);
    if (hooks) {
      this.hookSecrets = new HookSecrets(this, 'HookSecrets', { deployment });
      this.hookSecrets.grantRead(hooks);
    }
    this.signIn = new SignIn(this, 'SignIn', { deployment, publicUrl });
    this.signIn.tell(web);
    this.alarms = new Alarms(this, 'Alarms', {
      deployment,
      functions: this.functions,
      events: this.events.queue,
      api: this.api,
      records: this.records,
    });
    if (environment.alarmsTo !== undefined)
      new GradualDeployment(this, 'GradualDeployment', {
        deployment,
        functions: this.functions.gradual,
        alarms: this.alarms.stopping,
      });

    const { action, register } = this.functions;
    this.releases.denyOverwriting([action, register], [web.live, action.lambda]);

    new CfnOutput(this, 'Address', { value: publicUrl, description: 'What people open' });
    new CfnOutput(this, 'SiteAddress', {
      value: `https://${this.site.distribution.distributionDomainName}`,
      description: "CloudFront's own, which answers whatever name is before it",
    });
    new CfnOutput(this, 'AssetsBucket', { value: this.site.assets.bucketName });
    new CfnOutput(this, 'ApiAddress', { value: `https://${this.api.hostname}` });
    if (deployment.closed === true)
      new CfnOutput(this, CLOSED, { value: 'yes', description: 'No function runs' });
  }
}

/** The output that a closed deployment has. */
export const CLOSED = 'Closed';

/** The name of an environment's stack. */
export function stackName(environment: string): string {
  return `Towpath-${environment}`;
}
