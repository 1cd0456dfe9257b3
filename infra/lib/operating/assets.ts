import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** As `web` names them. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Puts the pages' assets beside those of earlier versions, which pages that are still open may ask for. Their names hold
 * their hashes, so that none is ever replaced by another. Returns how many.
 */
export async function uploadAssets(
  client: S3Client,
  bucket: string,
  folder: string,
): Promise<number> {
  const names = readdirSync(folder).filter((name) => extname(name) in CONTENT_TYPES);
  for (const name of names)
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `assets/${name}`,
        Body: readFileSync(join(folder, name)),
        ContentType: CONTENT_TYPES[extname(name)],
        CacheControl: 'public, max-age=31536000, immutable',
      }),
    );
  return names.length;
}
