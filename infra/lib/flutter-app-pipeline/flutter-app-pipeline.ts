import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { build, invoke, source } from '../pipelines/actions.ts';
import type { ArtifactStore } from '../pipelines/artifact-store.ts';
import { Pipeline, type Stage } from '../pipelines/pipeline.ts';
import type { Project } from '../pipelines/project.ts';
import { type Repository, trunk } from '../pipelines/repository.ts';
import { gate, PROMOTED, register, release, releaseRegistered } from './parameters.ts';
import { buildProject, checksProject, deployProject, testsProject } from './projects.ts';
import { actionFunction, type AppStage } from './stage.ts';

export interface FlutterBuild {
  /** One APK per processor, unless `false`. */
  readonly splitPerAbi?: boolean;
  /** Another version than the buildspec's, with the SHA-256 of its archive for Linux. */
  readonly flutter?: { readonly version: string; readonly sha256: string };
  /** Added to CodeBuild's count of builds to make the version code. */
  readonly buildNumberBase?: number;
  /** A secret with the fields `keystore` (base64), `keystorePassword`, `keyAlias` and `keyPassword`. */
  readonly signingSecretArn?: string;
}

export interface FlutterAppPipelineProps {
  /** The app's `id` in `towpath.toml`. */
  readonly app: string;
  readonly repository: Repository;
  /** The operations account's store for artifacts. */
  readonly artifacts: ArtifactStore;
  /** The environments that a build moves through, in that order. */
  readonly path: readonly [AppStage, ...AppStage[]];
  /** What `[operations]` of `environments.toml` has as `external_id`. */
  readonly externalId: string;
  readonly build?: FlutterBuild;
}

/**
 * Everything between a Flutter app's repository and Towpath: checks of pull requests, a pipeline that builds the trunk and
 * registers each build, and one more pipeline for each further environment of the path. Those start when a promotion
 * is carried out, and run what they are told to by the promotion: never what happens to be newest.
 */
export class FlutterAppPipeline extends Construct {
  readonly checks: Project;
  /** By environment. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  private readonly props: FlutterAppPipelineProps;

  constructor(scope: Construct, id: string, props: FlutterAppPipelineProps) {
    super(scope, id);
    this.props = props;
    checkAccount(this);
    this.checks = checksProject(this, props);
    const [first, ...later] = props.path;
    this.pipelines = new Map([
      [first.environment, this.trunk(first)],
      ...later.map((stage): [string, Pipeline] => [stage.environment, this.promoted(stage)]),
    ]);
  }

  /** From a push to the trunk to a registered build. */
  private trunk(stage: AppStage): Pipeline {
    const { repository } = this.props;
    const where = this.where(stage);
    const tests = testsProject(this, this.props, where.pipeline);
    const project = buildProject(this, this.props, where.pipeline);
    const deploys = stage.deploys === true;
    const registering = invoke({
      name: 'Register',
      target: this.action(stage),
      parameters: register(where, { release: !deploys }),
      input: 'Build',
      namespace: 'Registered',
    });
    const releasing = invoke({
      name: 'Release',
      target: this.action(stage),
      parameters: releaseRegistered(where),
    });
    return this.pipeline(stage, {
      mode: 'SUPERSEDED',
      startedByPushTo: trunk(repository),
      stages: [
        {
          name: 'Test',
          actions: [
            build({ name: 'Test', project: tests, inputs: ['Sources'], outputs: ['Tests'] }),
          ],
        },
        {
          name: 'Build',
          actions: [
            build({ name: 'Build', project, inputs: ['Sources', 'Tests'], outputs: ['Build'] }),
          ],
        },
        { name: 'Register', actions: [registering] },
        ...(deploys
          ? [
              this.deployment(stage, {
                BUILD: '#{Registered.build_id}',
                VERSION: '#{Registered.version}',
                DIGESTS: '#{Registered.digests}',
              }),
              { name: 'Release', actions: [releasing] },
            ]
          : []),
      ],
    });
  }

  /** From a promotion to a release. */
  private promoted(stage: AppStage): Pipeline {
    const where = this.where(stage);
    const target = this.action(stage);
    return this.pipeline(stage, {
      // Each execution is of a build that somebody promoted: none may overtake another and make it vanish.
      mode: 'QUEUED',
      variables: PROMOTED,
      stages: [
        {
          name: 'Gate',
          actions: [invoke({ name: 'Gate', target, parameters: gate(where), namespace: 'Gate' })],
        },
        ...(stage.deploys === true
          ? [
              this.deployment(stage, {
                BUILD: '#{variables.build}',
                VERSION: '#{variables.version}',
                // By the gate and not by anyone who starts the pipeline.
                DIGESTS: '#{Gate.digests}',
              }),
            ]
          : []),
        {
          name: 'Release',
          actions: [invoke({ name: 'Release', target, parameters: release(where) })],
        },
      ],
    });
  }

  private deployment(stage: AppStage, variables: Record<string, string>): Stage {
    const { app } = this.props;
    const { environment } = stage;
    const project = deployProject(this, this.props, stage, this.where(stage).pipeline);
    return {
      name: 'Deploy',
      actions: [
        build({
          name: 'Deploy',
          project,
          inputs: ['Sources'],
          variables: { APP: app, ENVIRONMENT: environment, ...variables },
        }),
      ],
    };
  }

  private pipeline(
    stage: AppStage,
    props: Pick<
      ConstructorParameters<typeof Pipeline>[2],
      'mode' | 'variables' | 'startedByPushTo' | 'stages'
    >,
  ): Pipeline {
    const { repository, artifacts } = this.props;
    return new Pipeline(this, stage.environment, {
      ...props,
      name: this.where(stage).pipeline,
      artifacts,
      stages: [{ name: 'Source', actions: [source(repository, 'Sources')] }, ...props.stages],
    });
  }

  private where({ environment }: AppStage) {
    const { app } = this.props;
    return { app, environment, pipeline: `${app}-${environment}` };
  }

  private action({ towpath }: AppStage) {
    return actionFunction(towpath, Stack.of(this).account);
  }
}

/** Whether a role of another account is needed depends on the account, so it must be known. */
function checkAccount(scope: Construct): void {
  if (Token.isUnresolved(Stack.of(scope).account))
    throw new Error('The stack of a FlutterAppPipeline needs an account: give it `env`');
}
