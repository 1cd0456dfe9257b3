/** What Towpath is told to do: the `UserParameters` of its actions. */
import type { Variable } from '../pipelines/pipeline.ts';

/** What an action is about. The pipeline is named for the case that CodePipeline does not tell which one a job is of. */
interface Where {
  readonly app: string;
  readonly environment: string;
  readonly pipeline: string;
}

const EXECUTION = '#{codepipeline.PipelineExecutionId}';

/**
 * Registers what the build action made. No text from outside is in the parameters: CodePipeline puts it in as it is, so that a
 * quotation mark in a commit's message would become structure. Towpath asks CodePipeline for the commit.
 */
export function register(
  where: Where,
  options: { readonly release: boolean },
): Record<string, string> {
  const { app, environment, pipeline } = where;
  return {
    do: 'register',
    app,
    // Without it, the build is registered and released nowhere yet.
    ...(options.release && { environment }),
    pipeline,
    execution: EXECUTION,
  };
}

/** Waits until the build may be released in the environment. */
export function gate(where: Where): Record<string, string> {
  return {
    do: 'gate',
    ...where,
    build: '#{variables.build}',
    promotion: '#{variables.promotion}',
    execution: EXECUTION,
  };
}

/** Says that the build that a promotion named is released in the environment. */
export function release(where: Where): Record<string, string> {
  return {
    do: 'release',
    ...where,
    build: '#{variables.build}',
    promotion: '#{variables.promotion}',
    execution: EXECUTION,
  };
}

/** The same of the build that this very execution registered, which no promotion asked for. */
export function releaseRegistered(where: Where): Record<string, string> {
  return { do: 'release', ...where, build: '#{Registered.build_id}', execution: EXECUTION };
}

/** CodePipeline takes no empty value, and Towpath takes a blank for none. */
const NONE = ' ';

/** What a promotion says when it starts a pipeline. */
export const PROMOTED: readonly Variable[] = [
  { name: 'build', description: 'The identifier of the build in Towpath' },
  { name: 'version', description: 'Its version, for people', otherwise: NONE },
  { name: 'sha256', description: 'The digest of its first APK' },
  { name: 'digests', description: 'The digests of all its files', otherwise: NONE },
  {
    name: 'promotion',
    description: 'The identifier of the promotion; blank when a person starts the pipeline',
    otherwise: NONE,
  },
];
