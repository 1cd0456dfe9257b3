import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { completed } from '../configuration/configuration.ts';
import { type Deployment, physicalName } from '../deployment.ts';

/** `towpath.toml` as a layer, so that the configuration changes without the binary. */
export class ConfigurationLayer extends Construct {
  readonly layer: LayerVersion;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id);
    const { configuration, environment, environments } = deployment;
    const folder = mkdtempSync(join(tmpdir(), 'towpath-configuration-'));
    try {
      writeFileSync(
        join(folder, 'towpath.toml'),
        completed(configuration, environments.environments),
      );
      this.layer = new LayerVersion(this, 'Layer', {
        layerVersionName: physicalName(environment, 'configuration'),
        description: 'towpath.toml',
        code: Code.fromAsset(folder),
        // An earlier version of a function that is rolled back to needs its own.
        removalPolicy: RemovalPolicy.RETAIN,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
