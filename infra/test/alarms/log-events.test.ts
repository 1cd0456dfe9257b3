import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROMOTION_FAILED, REGISTRATION_FAILED } from '../../lib/alarms/log-events.ts';
import { templateOf } from '../deployment.ts';

const template = templateOf();
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
  const written = source();
  for (const event of [REGISTRATION_FAILED, PROMOTION_FAILED])
    assert.ok(written.includes(`event = "${event}"`), event);
});

test('a registration is counted where it is made, a promotion wherever it can fail', () => {
  const counted = (event: string) =>
    filters.filter(({ FilterPattern }) => FilterPattern === `{ $.event = "${event}" }`).length;
  assert.equal(counted(REGISTRATION_FAILED), 1);
  assert.equal(counted(PROMOTION_FAILED), 4);
  assert.equal(filters.length, 5);
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
