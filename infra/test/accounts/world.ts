/** Three environments in three accounts, and the pipelines in a fourth: for tests. */
import { App, type AppProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addAccounts } from '../../lib/accounts/stacks.ts';
import { parseConfiguration } from '../../lib/configuration/configuration.ts';
import { parseEnvironments } from '../../lib/environments/parse.ts';

export const OPERATIONS = '999999999999';
export const ACCOUNTS = { dev: '111111111111', preprod: '222222222222', prod: '333333333333' };
export const EXTERNAL_ID = '0f6f3ad0-6f0d-4a44-8f4e-9f6f0f6b1c55';

const NAMES = ['dev', 'preprod', 'prod'] as const;

export const ENVIRONMENTS = `
[operations]
account = "${OPERATIONS}"
region = "eu-west-1"
external_id = "${EXTERNAL_ID}"
shared_fetch_role = false

[operations.repository]
connection_arn = "arn:aws:codeconnections:eu-west-1:${OPERATIONS}:connection/00000000-0000-0000-0000-000000000000"
name = "acme/towpath"
${NAMES.map(
  (name) => `
[[environments]]
name = "${name}"
account = "${ACCOUNTS[name]}"
region = "eu-west-1"
colour = "#2e7d32"
events_from = ["${OPERATIONS}"]
`,
).join('')}`;

export const CONFIGURATION = NAMES.map(
  (name) => `
[[pipelines]]
source = "codepipeline"
name = "wallet-${name}"
app = "wallet"
environment = "${name}"
`,
).join('');

/** The stacks of all accounts but Towpath's own. */
export function accounts(
  environments = ENVIRONMENTS,
  configuration = CONFIGURATION,
  props?: AppProps,
): App {
  const app = new App(props);
  addAccounts(
    app,
    parseEnvironments(environments, 'environments.toml'),
    parseConfiguration(configuration),
  );
  return app;
}

type Json = Record<string, unknown>;

/** The templates of an app, by the names of its stacks. */
export function templates(app: App): Map<string, Template> {
  const { stacks } = app.synth();
  return new Map(
    stacks.map(({ stackName, template }) => [stackName, Template.fromJSON(template as Json)]),
  );
}
