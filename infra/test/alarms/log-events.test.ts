import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  DOWNLOAD_NOT_RECORDED,
  OBJECT_DAMAGED,
  PROMOTION_FAILED,
} from '../../lib/alarms/log-events.ts';
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

test('what happens is counted in the log of each function where it can', () => {
  const counted = (event: string) =>
    filters.filter(({ FilterPattern }) => FilterPattern === `{ $.event = "${event}" }`).length;
  assert.deepEqual(
    [PROMOTION_FAILED, OBJECT_DAMAGED, DOWNLOAD_NOT_RECORDED].map(counted),
    [5, 1, 1],
  );
  assert.equal(filters.length, 7);
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
