/** A step of an app's path: which deployment of Towpath looks after it, and whether something is deployed there. */
import { invokeRoleArn, fetchRoleArn } from '../accounts/names.ts';
import type { InvokedFunction } from '../pipelines/actions.ts';

/** A deployment of Towpath, as `environments.toml` lists it. */
export interface Towpath {
  /** Its name there. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

export interface AppStage {
  /** The environment of the app, as `towpath.toml` has it. */
  readonly environment: string;
  /** The deployment of Towpath that registers, gates and records there. */
  readonly towpath: Towpath;
  /** Whether the repository's `tool/deploy.sh` runs there. Left out, a release is what testers download. */
  readonly deploys?: boolean;
}

/** The function of that deployment that takes pipelines' jobs. */
export function actionFunction(towpath: Towpath, operationsAccount: string): InvokedFunction {
  const { name, account, region } = towpath;
  return {
    account,
    region,
    functionName: `towpath-${name}-action`,
    ...(account !== operationsAccount && { roleArn: invokeRoleArn(towpath) }),
  };
}

/** What a deployment job of an app needs to fetch its builds from that deployment. */
export function fetchVariables(
  towpath: Towpath,
  app: string,
  externalId: string,
): Record<string, string> {
  const { name, account, region } = towpath;
  return {
    RELEASES_BUCKET: `towpath-${name}-releases-${account}-${region}`,
    FETCH_ROLE: fetchRoleArn(towpath, app),
    EXTERNAL_ID: externalId,
  };
}
