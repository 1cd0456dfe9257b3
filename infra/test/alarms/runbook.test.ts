import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { anchor } from '../../lib/alarms/watch.ts';
import { environmentToml, templateOf } from '../deployment.ts';

const path = fileURLToPath(new URL('../../../docs/runbook.md', import.meta.url));
const runbook = readFileSync(path, 'utf8');

/** The sections of the runbook by their anchors. */
const sections = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...rest] = section.split('\n');
      return [anchor(heading), rest.join('\n')];
    }),
);

interface Alarm {
  readonly Properties: { readonly AlarmName: string; readonly AlarmDescription: string };
}

const template = templateOf(environmentToml('alarms_to = "releases@example.com"\n'));
const alarms = (Object.values(template.findResources('AWS::CloudWatch::Alarm')) as Alarm[]).map(
  ({ Properties }) => Properties,
);

/** Where an alarm sends people. */
function target({ AlarmDescription }: Alarm['Properties']): string {
  return /docs\/runbook\.md#([a-z0-9-]+)$/.exec(AlarmDescription)?.[1] ?? '';
}

test('every alarm names a section that says what it means, how to look and what to do', () => {
  for (const alarm of alarms) {
    const section = sections.get(target(alarm)) ?? assert.fail(`${alarm.AlarmName}: no section`);
    for (const part of ['**Means**', '**Look**', '**Do**'])
      assert.ok(section.includes(part), `${target(alarm)} lacks ${part}`);
  }
});

test('every section for an alarm has one', () => {
  const rung = new Set(alarms.map(target));
  const written = [...sections]
    .filter(([, section]) => section.includes('**Means**'))
    .map(([heading]) => heading);
  assert.deepEqual(written.sort(), [...rung].sort());
});

test('links within the runbook lead somewhere', () => {
  for (const [, link = ''] of runbook.matchAll(/\]\(#([^)]+)\)/g))
    assert.ok(sections.has(link), link);
});

test('every command is one that a shell can read', () => {
  const commands = [...runbook.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block);
  assert.ok(commands.length > 10);
  for (const command of commands) {
    const read = spawnSync('bash', ['-n'], { input: command, encoding: 'utf8' });
    assert.equal(read.stderr, '', command);
  }
});
