import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { onceFree } from '../../lib/operating/data.ts';
import { announcement } from '../../lib/operating/destroy.ts';
import { fateIn } from '../../lib/operating/kept.ts';
import {
  bucketsIn,
  deleteKeptPolicies,
  protect,
  tlsOnly,
} from '../../lib/operating/kept-buckets.ts';
import { templateOf } from '../deployment.ts';

/** Buckets' policies as S3 keeps them, on loopback. */
async function withPolicies(
  policies: Map<string, string>,
  act: (client: S3Client) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const bucket = new URL(request.url ?? '', 'http://s3').pathname.split('/')[1] ?? '';
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (bucket === 'gone') {
        response
          .writeHead(404)
          .end('<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>');
        return;
      }
      if (request.method === 'PUT') policies.set(bucket, body);
      if (request.method === 'DELETE') policies.delete(bucket);
      const policy = policies.get(bucket);
      if (request.method !== 'GET') response.writeHead(204).end();
      else if (policy !== undefined) response.end(policy);
      else
        response
          .writeHead(404)
          .end('<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const client = new S3Client({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  try {
    await act(client);
  } finally {
    client.destroy();
    server.close();
  }
}

test('a kept bucket denies plain HTTP until a new stack has its own policy for it', async () => {
  const policies = new Map<string, string>();
  await withPolicies(policies, async (client) => {
    await protect(client, 'kept');
    assert.match(policies.get('kept') ?? '', /"Deny".*"aws:SecureTransport":"false"/);
    assert.deepEqual(await deleteKeptPolicies(client, ['kept', 'new']), ['kept']);
    assert.equal(policies.size, 0);
  });
});

test('a bucket that is gone needs no policy and has none', async () => {
  const policies = new Map<string, string>();
  await withPolicies(policies, async (client) => {
    await protect(client, 'gone');
    await deleteKeptPolicies(client, ['gone']);
    assert.equal(policies.size, 0);
  });
});

test('what a creation that was undone has deleted neither stays nor goes', () => {
  const template = JSON.stringify({
    Resources: {
      Table: { DeletionPolicy: 'Retain' },
      Releases: { DeletionPolicy: 'RetainExceptOnCreate' },
      Key: {},
      Lines: {},
    },
  });
  const listed = (LogicalResourceId: string, ResourceType: string, ResourceStatus: string) =>
    ({
      LogicalResourceId,
      PhysicalResourceId: LogicalResourceId.toLowerCase(),
      ResourceType,
      ResourceStatus,
    }) as StackResourceSummary;
  assert.deepEqual(
    fateIn(template, [
      listed('Table', 'AWS::DynamoDB::Table', 'DELETE_SKIPPED'),
      listed('Releases', 'AWS::S3::Bucket', 'DELETE_COMPLETE'),
      listed('Key', 'AWS::SecretsManager::Secret', 'DELETE_FAILED'),
      listed('Lines', 'AWS::Logs::LogGroup', 'DELETE_COMPLETE'),
    ]),
    {
      kept: [{ type: 'AWS::DynamoDB::Table', id: 'table' }],
      lost: [{ type: 'AWS::SecretsManager::Secret', id: 'key' }],
    },
  );
});

test('a policy that somebody else put there is left alone and named', async () => {
  const other = tlsOnly('kept').replace('TowpathKeptTlsOnly', 'Ours');
  const policies = new Map([['kept', other]]);
  await withPolicies(policies, async (client) => {
    await assert.rejects(
      deleteKeptPolicies(client, ['kept']),
      /kept stayed of an earlier stack.*\n.*\n.*get-bucket-policy --bucket kept/,
    );
    assert.equal(policies.get('kept'), other);
  });
});

test("the buckets whose policies a deployment deletes are its template's", () => {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-template-'));
  const template = JSON.stringify(templateOf().toJSON());
  writeFileSync(join(folder, 'Towpath-dev.template.json'), template);
  assert.deepEqual(
    bucketsIn(folder, 'Towpath-dev').sort(),
    ['assets', 'audit', 'logs', 'releases'].map(
      (purpose) => `towpath-dev-${purpose}-111111111111-eu-west-1`,
    ),
  );
  rmSync(folder, { recursive: true });
});

test('anyone who takes a stack down hears what stays and what goes', () => {
  const pool = { type: 'AWS::Cognito::UserPool', id: 'eu-west-1_a' };
  const secret = { type: 'AWS::SecretsManager::Secret', id: 'towpath-dev-hooks' };
  const said = announcement('Towpath-dev', [pool], [secret], false).join('\n');
  assert.match(said, /Its data stays:\n {4}AWS::Cognito::UserPool eu-west-1_a/);
  assert.match(said, /makes another user pool/);
  assert.match(said, /What goes in any case[\s\S]*towpath-dev-hooks/);
  const all = announcement('Towpath-dev', [pool], [secret], true).join('\n');
  assert.match(all, /Its data goes, too, for ever/);
  assert.doesNotMatch(all, /another user pool/);
});

test('a table that is being changed is deleted a little later', async () => {
  const busy = Object.assign(new Error('busy'), { name: 'ResourceInUseException' });
  let calls = 0;
  const deleted = await onceFree(() => {
    calls += 1;
    return calls < 3 ? Promise.reject(busy) : Promise.resolve('deleted');
  }, 0);
  assert.deepEqual([deleted, calls], ['deleted', 3]);
  const denied = new Error('denied');
  await assert.rejects(
    onceFree(() => Promise.reject(denied), 0),
    denied,
  );
});
