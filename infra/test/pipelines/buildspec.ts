/** Buildspecs as tests read and play them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const phase = z.strictObject({
  'run-as': z.string().optional(),
  'on-failure': z.enum(['ABORT', 'CONTINUE']).optional(),
  'runtime-versions': z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  commands: z.array(z.string().min(1)).min(1),
  finally: z.array(z.string()).optional(),
});

const files = {
  files: z.array(z.string()).min(1),
  'base-directory': z.string().optional(),
  'discard-paths': z.enum(['yes', 'no']).optional(),
};

/** The keys that CodeBuild documents; it ignores any other without a word. */
const schema = z.strictObject({
  version: z.literal(0.2),
  env: z.strictObject({
    shell: z.enum(['bash', '/bin/sh']),
    variables: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.coerce.string()).default({}),
    'exported-variables': z.array(z.string()).optional(),
  }),
  phases: z.strictObject({
    install: phase.optional(),
    pre_build: phase.optional(),
    build: phase.optional(),
    post_build: phase.optional(),
  }),
  reports: z
    .record(
      z.string(),
      z.strictObject({
        ...files,
        'file-format': z.enum([
          'CUCUMBERJSON',
          'JUNITXML',
          'NUNITXML',
          'TESTNGXML',
          'VISUALSTUDIOTRX',
        ]),
      }),
    )
    .optional(),
  artifacts: z.strictObject({ ...files, name: z.string().optional() }).optional(),
  cache: z.strictObject({ paths: z.array(z.string()).min(1) }).optional(),
});

export type Buildspec = z.output<typeof schema>;

export function readBuildspec(path: string): Buildspec {
  return schema.parse(parse(readFileSync(path, 'utf8')));
}

/** What CodeBuild sets for inputs beside the first. */
const FURTHER_INPUTS = ['Built', 'Package', 'Tests'].map(
  (name) => `export CODEBUILD_SRC_DIR_${name}=/src`,
);

/** All commands of a file as one script, for programs that check scripts. */
export function script({ env, phases }: Buildspec): string {
  const variables = Object.entries(env.variables).map(
    ([name, value]) => `export ${name}='${value}'`,
  );
  return [
    '#!/usr/bin/env bash',
    ...FURTHER_INPUTS,
    ...variables,
    ...Object.values(phases).flatMap(commands),
    '',
  ].join('\n');
}

function commands(phase: { readonly commands: readonly string[] } | undefined): readonly string[] {
  return phase?.commands ?? [];
}

export interface Played {
  /** Whether every command succeeded. */
  readonly ok: boolean;
  readonly output: string;
}

/**
 * Runs the commands as CodeBuild does: one shell for all, whose variables last; the first command that fails ends the
 * phase, and with `ABORT` the build.
 */
export function play(
  { env, phases }: Buildspec,
  folder: string,
  variables: Readonly<Record<string, string>>,
): Played {
  const scratch = mkdtempSync(join(tmpdir(), 'towpath-buildspec-'));
  try {
    const body = Object.values(phases)
      .flatMap(commands)
      .map((command) => `${command.trimEnd()}\nstatus=$?; [ $status = 0 ] || exit $status`);
    writeFileSync(join(scratch, 'commands'), body.join('\n'));
    const done = spawnSync('bash', [join(scratch, 'commands')], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...env.variables, ...variables },
    });
    return { ok: done.status === 0, output: `${done.stdout}${done.stderr}` };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
