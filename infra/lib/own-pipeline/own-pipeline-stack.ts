import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Across } from '../accounts/across.ts';
import type { Environment, OperationsRepository } from '../environments/environment.ts';
import { approval, build, source } from '../pipelines/actions.ts';
import type { ArtifactStore } from '../pipelines/artifact-store.ts';
import { Pipeline, type Stage } from '../pipelines/pipeline.ts';
import {
  buildProject,
  deployProject,
  driftProject,
  type OwnProjectProps,
  PIPELINE,
  signProject,
} from './projects.ts';

export interface OwnPipelineProps extends StackProps {
  readonly across: Across;
  readonly repository: OperationsRepository;
  readonly artifacts: ArtifactStore;
}

/**
 * Towpath deploys itself: tested and built once, then to one environment after the other, in their order in
 * `environments.toml`, each with the same bytes.
 *
 * Between them stand CodePipeline's own approvals and not Towpath's gate. A portal that is broken in one environment
 * would hold up its own repair; and what moves here has no package that `register` could read. Towpath shows the run
 * and its waiting approval like any other's.
 */
export class OwnPipelineStack extends Stack {
  readonly pipeline: Pipeline;

  constructor(scope: Construct, { across, repository, artifacts, ...props }: OwnPipelineProps) {
    const { account, region } = across.operations;
    super(scope, 'TowpathPipeline', {
      description: 'Towpath: the pipeline that tests, builds and deploys it',
      env: { account, region },
      ...props,
    });
    const own: OwnProjectProps = { across, artifacts, repository };
    this.pipeline = new Pipeline(this, 'Pipeline', {
      name: PIPELINE,
      artifacts,
      mode: 'SUPERSEDED',
      startedByPushTo: repository.trunk,
      stages: [
        { name: 'Source', actions: [source(repository, 'Sources', { clone: true })] },
        ...this.making(own),
        ...across.environments.environments.flatMap((environment, index) => [
          ...(index === 0 ? [] : [gate(environment)]),
          this.deployment(own, environment),
        ]),
        // Last: what it finds is shown as a failure and stops no deployment.
        {
          name: 'Drift',
          actions: [
            build({
              name: 'Compare',
              project: driftProject(this, own),
              inputs: ['Sources', 'Package'],
            }),
          ],
        },
      ],
    });
  }

  /** The stages that make the package, whose artifact is called the same whether it is signed or not. */
  private making(own: OwnProjectProps): Stage[] {
    const { signingKeyArn } = own.across.operations.repository ?? {};
    const project = buildProject(this, own);
    const built = signingKeyArn === undefined ? 'Package' : 'Built';
    const making: Stage = {
      name: 'Build',
      actions: [build({ name: 'Build', project, inputs: ['Sources'], outputs: [built] })],
    };
    if (signingKeyArn === undefined) return [making];
    const signing = build({
      name: 'Sign',
      project: signProject(this, own, signingKeyArn),
      inputs: ['Sources', built],
      outputs: ['Package'],
    });
    return [making, { name: 'Sign', actions: [signing] }];
  }

  private deployment(own: OwnProjectProps, environment: Environment): Stage {
    const project = deployProject(this, own, environment);
    return {
      name: `Deploy-${environment.name}`,
      actions: [build({ name: 'Deploy', project, inputs: ['Sources', 'Package'] })],
    };
  }
}

/** A stage of its own: while it waits, the environment before it is free for the next execution. */
function gate({ name, title }: Environment): Stage {
  return {
    name: `Gate-${name}`,
    actions: [
      approval('Approve', `Deploy this version of Towpath to ${title}? It runs in the one before.`),
    ],
  };
}
