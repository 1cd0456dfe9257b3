import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROMOTION_FAILED } from '../../lib/alarms/log-events.ts';
import { environmentToml, templateOf } from '../deployment.ts';

const template = templateOf(environmentToml('alarms_to = "releases@example.com"\n'));
const backend = fileURLToPath(new URL('../../../backend/', import.meta.url));

interface MetricFilter {
  readonly Properties: {
    readonly FilterPattern: string;
    readonly MetricTransformations: {
      readonly MetricName: string;
      readonly MetricNamespace: string;
    }[];
  };
}

const filters = (
  Object.values(template.findResources('AWS::Logs::MetricFilter')) as MetricFilter[]
).map(({ Properties }) => Properties);

/** The source of the crates whose lines are counted. */
function source(): string {
  return ['portal/src/', 'lambdas/src/']
    .flatMap((folder) =>
      readdirSync(`${backend}${folder}`, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.rs'))
        .map((path) => readFileSync(`${backend}${folder}${path}`, 'utf8')),
    )
    .join('\n');
}

test('what is counted is what the functions write', () => {
  assert.ok(source().includes(`event = "${PROMOTION_FAILED}"`));
});

test('a promotion is counted wherever it can fail', () => {
  assert.deepEqual(
    filters.map(({ FilterPattern }) => FilterPattern),
    Array.from({ length: 5 }, () => `{ $.event = "${PROMOTION_FAILED}" }`),
  );
});

test('each count is the one that an alarm watches', () => {
  for (const { MetricTransformations } of filters)
    for (const { MetricName, MetricNamespace } of MetricTransformations)
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: MetricNamespace,
        MetricName,
        Threshold: 0,
      });
});
