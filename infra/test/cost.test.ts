/**
 * What costs money for being there, by the options of an environment: `infra/cost/page` reads it. `make infra UPDATE=1`
 * writes it anew.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { environmentToml, templateOf } from './deployment.ts';

const STANDING = fileURLToPath(new URL('../cost/standing.json', import.meta.url));

/** An environment with nothing beside, the usual one, and what can be added to that. */
const OPTIONS = {
  bare: 'webhooks = false\n',
  usual: '',
  alarms: 'alarms_to = "releases@example.com"\n',
  dashboard: 'dashboard = true\n',
};

interface AlarmResource {
  readonly Properties: { readonly Metrics?: readonly { readonly MetricStat?: unknown }[] };
}

/** How many of what costs by the month a template has. An alarm on an expression costs as much as one for each of its metrics. */
function standing(toml: string): Record<string, number> {
  const template = templateOf(environmentToml(toml));
  const count = (type: string) => Object.keys(template.findResources(type)).length;
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')) as AlarmResource[];
  return {
    alarm: alarms
      .map(({ Properties }) =>
        Properties.Metrics ? Properties.Metrics.filter(({ MetricStat }) => MetricStat).length : 1,
      )
      .reduce((sum, metrics) => sum + metrics, 0),
    alarms: alarms.length,
    dashboard: count('AWS::CloudWatch::Dashboard'),
    key: count('AWS::KMS::Key'),
    pollers: count('AWS::Lambda::EventSourceMapping'),
    schedules: count('AWS::Scheduler::Schedule'),
    secret: count('AWS::SecretsManager::Secret'),
  };
}

test('what costs by the month is what docs/cost.md counts (or: make infra UPDATE=1, then infra/cost/page)', () => {
  const found = `${JSON.stringify(
    Object.fromEntries(Object.entries(OPTIONS).map(([name, toml]) => [name, standing(toml)])),
    undefined,
    2,
  )}\n`;
  if (process.env['UPDATE'] === '1') writeFileSync(STANDING, found);
  assert.equal(found, readFileSync(STANDING, 'utf8'));
});
