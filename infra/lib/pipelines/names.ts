/** The names of roles that other accounts trust: they must be known before the role is made. */

/** IAM takes no longer names. */
const LONGEST_ROLE_NAME = 64;

/** The role of a pipeline. */
export function pipelineRoleName(pipeline: string): string {
  return fitting(`${pipeline}-pipeline`);
}

/** The role of the CodeBuild project that deploys for a pipeline. */
export function deployRoleName(pipeline: string): string {
  return fitting(`${pipeline}-deploy`);
}

function fitting(name: string): string {
  if (name.length <= LONGEST_ROLE_NAME) return name;
  throw new Error(
    `The role ${name} would have ${name.length} characters; IAM takes at most ${LONGEST_ROLE_NAME}. Shorten the pipeline's name.`,
  );
}
