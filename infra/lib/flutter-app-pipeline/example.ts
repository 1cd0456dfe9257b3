/**
 * The pipelines of an app called Wallet, as its team would write them in a CDK app of their own:
 * `npx cdk deploy --app 'node --import tsx lib/flutter-app-pipeline/example.ts'`.
 */
import { fileURLToPath } from 'node:url';
import { App, type AppProps, Stack } from 'aws-cdk-lib';
import { FlutterAppPipeline } from './flutter-app-pipeline.ts';

const REGION = 'eu-west-1';
/** The account of the pipelines, as `[operations]` of `environments.toml` has it. */
const OPERATIONS = '999999999999';

export function walletPipelines(props?: AppProps): App {
  const app = new App(props);
  const stack = new Stack(app, 'WalletPipelines', { env: { account: OPERATIONS, region: REGION } });
  new FlutterAppPipeline(stack, 'Wallet', {
    app: 'wallet',
    repository: {
      connectionArn: `arn:aws:codeconnections:${REGION}:${OPERATIONS}:connection/00000000-0000-0000-0000-000000000000`,
      name: 'acme/wallet',
    },
    // The outputs ArtifactBucket and ArtifactKey of the stack TowpathOperations.
    artifacts: {
      bucketName: `towpath-artifacts-${OPERATIONS}-${REGION}`,
      keyArn: `arn:aws:kms:${REGION}:${OPERATIONS}:key/00000000-0000-0000-0000-000000000000`,
    },
    externalId: '0f6f3ad0-6f0d-4a44-8f4e-9f6f0f6b1c55',
    path: [
      { environment: 'dev', towpath: towpath('dev', '111111111111') },
      { environment: 'preprod', towpath: towpath('preprod', '222222222222'), deploys: true },
      { environment: 'prod', towpath: towpath('prod', '333333333333'), deploys: true },
    ],
    build: {
      signingSecretArn: `arn:aws:secretsmanager:${REGION}:${OPERATIONS}:secret:wallet/upload-key-AbCdEf`,
    },
  });
  return app;
}

function towpath(name: string, account: string) {
  return { name, account, region: REGION };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) walletPipelines().synth();
