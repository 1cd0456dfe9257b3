import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { FLAGS } from '../../lib/flags.ts';
import { explainWildcards } from '../../lib/functions/wildcards.ts';
import { TowpathStack } from '../../lib/stack.ts';
import { deploymentOf, environmentToml, templateOf } from '../deployment.ts';

const template = templateOf();

interface FunctionResource {
  readonly Properties: {
    readonly FunctionName: string;
    readonly Handler: string;
    readonly Code: { readonly S3Key: string };
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

const functions = Object.values(
  template.findResources('AWS::Lambda::Function'),
) as FunctionResource[];

test('all functions are one program: the handler says which one it is', () => {
  const keys = functions.map(({ Properties }) => Properties.Code.S3Key);
  assert.equal(new Set(keys).size, 1);
  for (const { Properties } of functions)
    assert.equal(Properties.FunctionName, `towpath-dev-${Properties.Handler}`);
});

test('functions run on Amazon Linux 2023 with the configuration in a layer', () => {
  template.allResourcesProperties('AWS::Lambda::Function', {
    Runtime: 'provided.al2023',
    Architectures: ['arm64'],
    TracingConfig: Match.absent(),
    Layers: [Match.anyValue()],
    Environment: {
      Variables: Match.objectLike({
        TOWPATH_CONFIG: '/opt/towpath.toml',
        TOWPATH_HOME: 'dev',
        TOWPATH_LOG: 'info',
        TOWPATH_PUBLIC_URL: Match.anyValue(),
      }),
    },
  });
});

test('each function but the one that only answers jobs knows the table and the bucket', () => {
  const knows = (name: string) =>
    functions
      .filter(({ Properties }) => name in Properties.Environment.Variables)
      .map(({ Properties }) => Properties.Handler)
      .sort();
  for (const name of ['TOWPATH_TABLE', 'TOWPATH_BUCKET'])
    assert.deepEqual(knows(name), ['action', 'clock', 'events', 'hooks', 'register', 'web']);
});

test('architecture and log level are those of the environment', () => {
  const other = templateOf(environmentToml('architecture = "x86_64"\nlog_level = "debug"\n'));
  other.allResourcesProperties('AWS::Lambda::Function', {
    Architectures: ['x86_64'],
    Environment: { Variables: Match.objectLike({ TOWPATH_LOG: 'debug' }) },
  });
});

test('logs go after as many days as the environment says', () => {
  templateOf(environmentToml('retention = { log_days = 7 }\n')).allResourcesProperties(
    'AWS::Logs::LogGroup',
    { RetentionInDays: 7 },
  );
});

test('web and hooks may reserve executions, and the others share what is left', () => {
  const reserving = templateOf(environmentToml('concurrency = { web = 20, hooks = 5 }\n'));
  const reserved = (of: typeof template) =>
    Object.fromEntries(
      (
        Object.values(of.findResources('AWS::Lambda::Function')) as {
          Properties: { Handler: string; ReservedConcurrentExecutions?: number };
        }[]
      )
        .filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)
        .map(({ Properties }) => [Properties.Handler, Properties.ReservedConcurrentExecutions]),
    );
  assert.deepEqual(reserved(reserving), { web: 20, hooks: 5 });
  assert.deepEqual(reserved(template), {});
});

test('web finds its assets, its session key and who signs people in', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'web',
    Environment: {
      Variables: Match.objectLike({
        TOWPATH_SITE: 'site',
        TOWPATH_AUDIT_BUCKET: Match.anyValue(),
        TOWPATH_SESSION_SECRET: Match.anyValue(),
        TOWPATH_OIDC_ISSUER: Match.anyValue(),
        TOWPATH_OIDC_CLIENT_ID: Match.anyValue(),
      }),
    },
  });
});

test('those that have uploads registered know the function that does it', () => {
  const register = {
    TOWPATH_REGISTER_FUNCTION: { Ref: Match.stringLikeRegexp('^FunctionsRegisterFunction') },
  };
  for (const handler of ['web', 'clock'])
    template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: handler,
      Environment: { Variables: Match.objectLike(register) },
    });
  assert.equal(
    functions.filter(
      ({ Properties }) => 'TOWPATH_REGISTER_FUNCTION' in Properties.Environment.Variables,
    ).length,
    2,
  );
});

test('those that judge which runs have checked a build, or call pipelines, know the account', () => {
  for (const handler of ['web', 'action', 'register', 'clock'])
    template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: handler,
      Environment: { Variables: Match.objectLike({ TOWPATH_ACCOUNT: '111111111111' }) },
    });
});

test('clock finds the bucket for its seals', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'clock',
    Environment: { Variables: Match.objectLike({ TOWPATH_AUDIT_BUCKET: Match.anyValue() }) },
  });
});

test('a right on a resource with a wildcard is refused without a reason', () => {
  const stack = new TowpathStack(new App({ context: { ...FLAGS } }), deploymentOf());
  const { role } = stack.functions.web;
  assert.throws(() => {
    explainWildcards(role, ['arn:aws:s3:::some-bucket/*'], undefined);
  }, /say why the role of Towpath-dev\/Functions\/Web\/Role gets arn:aws:s3:::some-bucket\/\*/);
});
