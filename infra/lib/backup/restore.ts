/** `make restore`: puts a backup into a deployment that is closed and has no records. Run again, it goes on where it broke off. */
import { resolve } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Environment } from '../environments/environment.ts';
import { checkIdentity } from '../operating/identity.ts';
import { Refusal } from '../operating/refusal.ts';
import { ROOT } from '../operating/root.ts';
import { checkState, stackCalled } from '../operating/state.ts';
import { CLOSED, stackName } from '../stack.ts';
import { verifyAudit } from './audit.ts';
import { readBackup } from './format.ts';
import { putArtifacts, putSeals, sealsInBucket } from './put-objects.ts';
import { RestoredTable } from './put-records.ts';

export async function restore(environment: Environment, from: string | undefined): Promise<void> {
  const { name, region } = environment;
  if (from === undefined || from === '')
    throw new Refusal(`say where from: make restore ENV=${name} FROM=<folder>`);
  const backup = await readBackup(resolve(ROOT, from));
  const { manifest } = backup;
  console.log(
    `==> ${manifest.table.items} records and ${backup.objects.length} objects, made at ${manifest.made_at}, undamaged`,
  );
  await checkIdentity(environment);
  await checkClosed(environment);

  const s3 = new S3Client({ region });
  const table = new RestoredTable(new DynamoDBClient({ region }), environment);
  await table.begin(backup);
  // Before the records that name them.
  await putArtifacts({ s3, environment }, backup);
  await putSeals({ s3, environment }, backup);
  await table.put(backup);
  const verdict = await verifyAudit(
    await table.audit(backup),
    await sealsInBucket(s3, environment),
  );
  await table.finish();
  if (!verdict.verifies)
    throw new Refusal(
      'all is restored, and the audit log does not verify (docs/audit.md):',
      verdict.said,
    );
  console.log(`==> the audit log verifies: ${verdict.said}`);
  console.log(`==> all is restored; \`make deploy ENV=${name}\` opens the portal`);
}

/** While functions run, records of their own get into the table, and seals of another log into the bucket, where they stay. */
async function checkClosed({ name, account, region }: Environment): Promise<void> {
  const stack = stackName(name);
  const found = await stackCalled(new CloudFormationClient({ region }), stack);
  if (!found)
    throw new Refusal(
      `there is no stack ${stack} in ${account}, ${region}. Make it, closed: make deploy ENV=${name} CLOSED=1`,
    );
  checkState(stack, name, found.StackStatus);
  if (found.Outputs?.some(({ OutputKey }) => OutputKey === CLOSED)) return;
  throw new Refusal(
    `"${name}" is at work: a backup is restored into a deployment that is closed. Close it first:`,
    `  make deploy ENV=${name} CLOSED=1`,
  );
}
