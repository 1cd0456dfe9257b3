/**
 * `towpath.toml`: what the team ships. The portal reads and checks it; here only the pipelines matter, for the rights
 * that follow from them. Its environments come from `environments.toml`, so that they are listed once.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { Environment } from '../environments/environment.ts';

/** A pipeline in CodePipeline that feeds an app, and that a promotion may start. */
export interface ConfiguredPipeline {
  readonly name: string;
  /** Left out, the account of the caller. */
  readonly account?: string;
  readonly region?: string;
  readonly app: string;
  readonly environment: string;
}

/** What carries promotions into an environment: a pipeline, or a bucket that the portal copies to. */
export type ConfiguredTarget =
  | {
      readonly kind: 'pipeline';
      readonly name: string;
      readonly account?: string;
      readonly region?: string;
      readonly role?: string;
    }
  | { readonly kind: 'bucket'; readonly name: string; readonly role?: string };

export interface Configuration {
  /** The file as it is, without the environments of `environments.toml`. */
  readonly text: string;
  readonly pipelines: readonly ConfiguredPipeline[];
  /** The targets of the steps of its paths. */
  readonly targets: readonly ConfiguredTarget[];
  /** The environments that a step asks for approvals of. */
  readonly approved: readonly string[];
  /** The groups that are asked for approvals and have no role: anyone who is in no other group cannot approve. */
  readonly withoutRole: readonly string[];
}

const texts = z
  .array(z.unknown())
  .transform((list) => list.filter((one) => typeof one === 'string'));

const written = z.object({
  roles: z.array(z.object({ groups: texts.default([]) })).default([]),
  pipelines: z
    .array(
      z.object({
        source: z.string(),
        name: z.string(),
        account: z.string().optional(),
        region: z.string().optional(),
        app: z.string(),
        environment: z.string(),
      }),
    )
    .default([]),
  paths: z
    .array(
      z.object({
        steps: z
          .array(
            z.object({
              // The functions would not start with it: better said before anything is deployed.
              findings: z
                .undefined({
                  error:
                    'towpath.toml: Towpath reads no scan reports yet, so that nothing could open this gate. Remove it, and see docs/upgrading.md',
                })
                .optional(),
              environment: z.string().optional(),
              // What they say is for the portal to check.
              approvals: z.array(z.unknown()).default([]),
              target: z
                .object({
                  codepipeline: z.string().optional(),
                  bucket: z.string().optional(),
                  account: z.string().optional(),
                  region: z.string().optional(),
                  role: z.string().optional(),
                })
                .optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

export function readConfiguration(path: string): Configuration {
  return parseConfiguration(readFileSync(path, 'utf8'));
}

export function parseConfiguration(text: string): Configuration {
  const { pipelines: found, paths, roles } = written.parse(parse(text));
  const asked = paths.flatMap(({ steps }) => steps).flatMap(({ approvals }) => approvals);
  const named = new Set(roles.flatMap(({ groups }) => groups));
  return {
    text,
    withoutRole: [...new Set(asked.flatMap(groupsOfRule))].filter((group) => !named.has(group)),
    approved: [
      ...new Set(
        paths
          .flatMap(({ steps }) => steps)
          .flatMap(({ environment, approvals }) =>
            environment === undefined || approvals.length === 0 ? [] : [environment],
          ),
      ),
    ],
    targets: paths
      .flatMap(({ steps }) => steps)
      .flatMap(({ target }) => (target === undefined ? [] : configuredTarget(target))),
    pipelines: found
      .filter(({ source }) => source === 'codepipeline')
      .map(({ name, account, region, app, environment }) => ({
        name,
        app,
        environment,
        ...(account !== undefined && { account }),
        ...(region !== undefined && { region }),
      })),
  };
}

/** What else it says is for the portal to check. */
function groupsOfRule(rule: unknown): string[] {
  const parsed = z.object({ groups: texts }).safeParse(rule);
  return parsed.success ? parsed.data.groups : [];
}

interface WrittenTarget {
  readonly codepipeline?: string | undefined;
  readonly bucket?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly role?: string | undefined;
}

function configuredTarget(target: WrittenTarget): ConfiguredTarget[] {
  const { codepipeline, bucket, account, region, role } = target;
  const taken = role !== undefined && { role };
  if (codepipeline !== undefined)
    return [
      {
        kind: 'pipeline',
        name: codepipeline,
        ...(account !== undefined && { account }),
        ...(region !== undefined && { region }),
        ...taken,
      },
    ];
  return bucket === undefined ? [] : [{ kind: 'bucket', name: bucket, ...taken }];
}

/** The file that the functions read: the team's own, then the environments. */
export function completed(
  configuration: Configuration,
  environments: readonly Environment[],
): string {
  const tables = environments.map(({ name, title, colour }) =>
    [
      '[[environments]]',
      `id = ${JSON.stringify(name)}`,
      `name = ${JSON.stringify(title)}`,
      `colour = ${JSON.stringify(colour)}`,
      '',
    ].join('\n'),
  );
  return `${configuration.text.trimEnd()}\n\n# From environments.toml.\n${tables.join('\n')}`;
}
