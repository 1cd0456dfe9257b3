/** Deployments and their templates, for tests. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseConfiguration } from '../lib/configuration/configuration.ts';
import type { Deployment } from '../lib/deployment.ts';
import { FLAGS } from '../lib/flags.ts';
import { parseEnvironments } from '../lib/environments/parse.ts';
import { TowpathStack } from '../lib/stack.ts';
import { placeholderPackage } from './placeholder.ts';

const CONFIGURATION = `
[[apps]]
id = "wallet"
name = "Wallet"

[[pipelines]]
source = "codepipeline"
name = "wallet-dev"
app = "wallet"
environment = "dev"
`;

/** An environment's table in \`environments.toml\`, with further lines of the test's own. */
export function environmentToml(further = ''): string {
  return `
[[environments]]
name = "dev"
title = "Development"
account = "111111111111"
region = "eu-west-1"
colour = "#2e7d32"
${further}`;
}

/** The deployment of a file's first environment. */
export function deploymentOf(
  toml: string = environmentToml(),
  configuration = CONFIGURATION,
): Deployment {
  const environments = parseEnvironments(toml, 'environments.toml');
  const [environment] = environments.environments;
  if (!environment) throw new Error('no environment');
  return {
    environment,
    environments,
    configuration: parseConfiguration(configuration),
    package: placeholderPackage(),
  };
}

/** The stack of a file's first environment, as it would be deployed. */
export function templateOf(toml?: string, configuration?: string, first = false): Template {
  const deployment = { ...deploymentOf(toml, configuration), first };
  return Template.fromStack(new TowpathStack(new App({ context: { ...FLAGS } }), deployment));
}
