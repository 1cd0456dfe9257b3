// A tester's tap as one would write it with the AWS SDK for JavaScript: one GetItem, a signature, one PutItem, a 302.
// It asks nobody who is calling, and has no other page.

import { randomUUID } from "node:crypto";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const table = process.env.TOWPATH_TABLE;
const bucket = process.env.TOWPATH_BUCKET;
const dynamodb = new DynamoDBClient({});
const s3 = new S3Client({ forcePathStyle: true });

export async function handler(event) {
  const [, app, environment, file] = event.rawPath.split("/");
  if (file !== "latest.apk") return { statusCode: 404 };
  const current = await dynamodb.send(
    new GetItemCommand({
      TableName: table,
      Key: { pk: { S: "OVERVIEW" }, sk: { S: `CURRENT#${app}#${environment}` } },
    }),
  );
  const release = current.Item;
  if (!release) return { statusCode: 404 };
  const install = release.installs.L[0].M;
  const name = install.name.S;
  const link = await getSignedUrl(
    s3,
    new GetObjectCommand({
      Bucket: bucket,
      Key: `artifacts/${app}/${install.digest.S}/${name}`,
      ResponseContentDisposition: `attachment; filename="${name}"`,
      ResponseContentType: "application/vnd.android.package-archive",
    }),
    { expiresIn: 300 },
  );
  const now = new Date();
  await dynamodb.send(
    new PutItemCommand({
      TableName: table,
      Item: {
        pk: { S: `DOWNLOADS#${release.build.S}` },
        sk: { S: `${now.toISOString()}#${randomUUID()}` },
        build: release.build,
        app: { S: app },
        environment: { S: environment },
        artifact: install.digest,
        name: install.name,
        by: { M: { kind: { S: "person" }, name: { S: "peer" } } },
        at: { S: now.toISOString() },
        ttl: { N: String(Math.floor(now / 1000) + 400 * 86400) },
      },
    }),
  );
  return { statusCode: 302, headers: { location: link, "cache-control": "no-store" } };
}
