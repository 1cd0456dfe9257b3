import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { onceFree } from '../../lib/operating/data.ts';
import { announcement } from '../../lib/operating/destroy.ts';
import { bucketsIn, makeWay, protect, tlsOnly } from '../../lib/operating/kept-buckets.ts';
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
    await makeWay(client, ['kept', 'new']);
    assert.equal(policies.size, 0);
  });
});

test('a policy that somebody else put there is left alone and named', async () => {
  const other = tlsOnly('kept').replace('TowpathKeptTlsOnly', 'Ours');
  const policies = new Map([['kept', other]]);
  await withPolicies(policies, async (client) => {
    await assert.rejects(
      makeWay(client, ['kept']),
      /kept stayed of an earlier stack.*\n.*\n.*get-bucket-policy --bucket kept/,
    );
    assert.equal(policies.get('kept'), other);
  });
});

test("the buckets that a deployment makes way for are its template's", () => {
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

test('whoever takes a stack down hears what stays and what goes', () => {
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
