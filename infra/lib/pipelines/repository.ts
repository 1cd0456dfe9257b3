/** A Git repository, reached through a connection of AWS CodeConnections. */
import type { Right } from './rights.ts';

/** Where the connection leads. CodeBuild calls the hosts by these names. */
export type GitHost = 'GITHUB' | 'GITLAB' | 'BITBUCKET';

export interface Repository {
  /** The connection, made and confirmed once in the console. */
  readonly connectionArn: string;
  /** `owner/name`. */
  readonly name: string;
  /** The branch that is deployed; `main` unless told otherwise. */
  readonly trunk?: string;
  /** GitHub unless told otherwise. */
  readonly host?: GitHost;
}

const HOSTS: Readonly<Record<GitHost, string>> = {
  GITHUB: 'github.com',
  GITLAB: 'gitlab.com',
  BITBUCKET: 'bitbucket.org',
};

export function trunk(repository: Repository): string {
  return repository.trunk ?? 'main';
}

export function host(repository: Repository): GitHost {
  return repository.host ?? 'GITHUB';
}

/** The address to clone from. */
export function cloneUrl(repository: Repository): string {
  return `https://${HOSTS[host(repository)]}/${repository.name}.git`;
}

const SERVICES = ['codeconnections', 'codestar-connections'];

/**
 * The right to do something through the connection. The service was renamed: IAM knows its actions and its resources by
 * both names, and which one a request is checked by depends on who asks.
 */
export function useConnection(
  { connectionArn }: Repository,
  actions: readonly ('UseConnection' | 'GetConnection' | 'GetConnectionToken')[],
): Right {
  const arns = SERVICES.map((service) =>
    connectionArn.replace(/:(codeconnections|codestar-connections):/, `:${service}:`),
  );
  return {
    actions: SERVICES.flatMap((service) => actions.map((action) => `${service}:${action}`)),
    // One, where the ARN is known only to CloudFormation.
    resources: [...new Set(arns)],
  };
}
